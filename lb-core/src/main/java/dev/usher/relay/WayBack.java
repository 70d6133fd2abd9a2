package dev.usher.relay;

import java.util.function.Supplier;

/** The way back to a session, for a phase that waits for an answer of other threads. */
@FunctionalInterface
interface WayBack {
    /**
     * Has {@code step} taken on the session's worker, by mail; no effect once {@code waiting} is over. On any thread. A
     * full mailbox leaves the session to the deadline.
     */
    void post(Phase waiting, Supplier<Next> step);
}
