package dev.usher.relay;

import dev.usher.end.CloseReason;

/** The log of ended sessions. */
public interface SessionLog {
    /** No log; then no {@link SessionEnd} is made at all. */
    SessionLog NONE = new SessionLog() {
        @Override
        public void ended(int worker, SessionEnd end) {}

        @Override
        public boolean wants(CloseReason reason, boolean empty) {
            return false;
        }
    };

    /**
     * Called on the session's worker: must not block and must not throw.
     *
     * @param worker index of the worker, from 0
     */
    void ended(int worker, SessionEnd end);

    /**
     * Whether {@link #ended} should be called for a session with this end. Asked on the session's worker.
     *
     * @param empty whether neither side has sent a byte; a PROXY header does not count
     */
    boolean wants(CloseReason reason, boolean empty);
}
