package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.descriptor.GivenSockets;
import java.io.IOException;

/** The process to take over from, if there is one. One thread. */
interface Predecessor extends AutoCloseable {
    /** No predecessor. */
    Predecessor NONE = new Predecessor() {};

    /** True if the predecessor may still listen on the addresses of this process. */
    default boolean gives() {
        return false;
    }

    /** True if the predecessor serves until this process does: the predecessor loses nothing before. */
    default boolean serves() {
        return false;
    }

    /** Listening sockets of the predecessor, as far as passed to this process. */
    default GivenSockets sockets() {
        return GivenSockets.NONE;
    }

    /** A hint for an address in use; empty for other faults. */
    default String hint(IOException fault) {
        return "";
    }

    /** Makes an open load balancer ready to serve at once. Waits. */
    default void prepare(LoadBalancer balancer) throws InterruptedException {}

    /** Called before the admin side binds an address. */
    default void freeAdmin() throws IOException {}

    /**
     * Called when this process accepts connections.
     *
     * @throws IOException if the predecessor goes on, and this process must end
     */
    default void leave(LoadBalancer balancer) throws IOException {
        close();
        balancer.settle();
    }

    @Override
    default void close() {}
}
