package dev.usher.relay;

import dev.usher.end.CloseReason;

/** Who is told of ended sessions. */
public interface SessionLog {
    /** Nobody; then no {@link SessionEnd} is made at all. */
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
     * @param worker index of that worker, from 0
     */
    void ended(int worker, SessionEnd end);

    /**
     * Whether {@link #ended} should be called for a session that ended like this. Asked on the session's worker.
     *
     * @param empty whether neither side has sent a byte; a PROXY header is none of the client's
     */
    boolean wants(CloseReason reason, boolean empty);
}
