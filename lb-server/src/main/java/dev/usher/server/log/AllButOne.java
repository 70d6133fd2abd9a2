package dev.usher.server.log;

import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import dev.usher.relay.SessionLog;

/** A log without the sessions of one listener. */
public final class AllButOne implements SessionLog {
    private final SessionLog log;
    private final String listener;

    public AllButOne(SessionLog log, String listener) {
        this.log = log;
        this.listener = listener;
    }

    @Override
    public void ended(int worker, SessionEnd end) {
        if (!end.identity().listener().equals(listener)) {
            log.ended(worker, end);
        }
    }

    @Override
    public boolean wants(CloseReason reason, boolean empty) {
        return log.wants(reason, empty);
    }
}
