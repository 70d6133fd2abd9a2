package dev.usher.relay;

import java.nio.channels.SocketChannel;

/** The way of an accepted connection to another worker: by mail. */
@FunctionalInterface
public interface Door {
    /**
     * Hands a connection over; from the thread of any worker.
     *
     * @return false if the worker's mailbox is full, and the connection stays with the caller
     */
    boolean take(SocketChannel accepted);
}
