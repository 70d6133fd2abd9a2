package dev.usher.sim;

import java.nio.channels.SelectableChannel;

/** A channel that a {@link SimSelector} can watch. */
interface SimChannel {
    SelectableChannel self();

    /** The operations possible now, whether waited for or not. */
    int possible();

    /** Whether the kernel reports the channel whatever is waited for. */
    boolean isHungUp();

    String label();

    /** A selector watches the channel. */
    void onRegistered(SimKey key);

    /** The selector has forgotten the channel: it is on its way to be closed. */
    void onForgotten();
}
