package dev.usher.sim;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.spi.AbstractSelectionKey;

/** A registration with a {@link SimSelector}. */
final class SimKey extends AbstractSelectionKey {
    private final SimChannel channel;
    private final SimSelector selector;
    private int interest;
    private int ready;
    /** The kernel's report of this turn, in operations; see {@link SimSelector}. */
    int reported;
    /** True exactly when the kernel reports whatever is waited for. */
    boolean hungUp;

    SimKey(SimChannel channel, SimSelector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    SimChannel simChannel() {
        return channel;
    }

    @Override
    public SelectableChannel channel() {
        return channel.self();
    }

    @Override
    public Selector selector() {
        return selector;
    }

    @Override
    public int interestOps() {
        return interest;
    }

    @Override
    public SelectionKey interestOps(int ops) {
        if (!isValid()) {
            throw new java.nio.channels.CancelledKeyException();
        }
        interest = ops;
        return this;
    }

    void ready(int ops) {
        ready = ops;
    }

    @Override
    public int readyOps() {
        return ready;
    }
}
