package dev.usher.server.log;

import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.relay.SessionEnd;

/** Formats ended sessions, a line each. One thread. */
sealed interface AccessLine permits JsonLine, TcplogLine {
    /** The line that a configuration asks for. */
    static AccessLine of(AccessLogConfig config) {
        return switch (config.format()) {
            case JSON -> new JsonLine(config.clientIp());
            case TCPLOG -> new TcplogLine(config.clientIp());
        };
    }

    /**
     * Appends the line, with its line feed; ASCII only.
     *
     * @param endedMillis wall clock of the session's end
     */
    void append(StringBuilder out, SessionEnd end, long endedMillis);
}
