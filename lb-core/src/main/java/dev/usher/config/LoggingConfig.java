package dev.usher.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The program's own log, and the log of sessions. */
public record LoggingConfig(Level level, Format format, AccessLogConfig access) {
    /** The least severe level to write. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** The format of a message. */
    public enum Format {
        TEXT,
        JSON
    }

    /**
     * The access log: a line for each session that ended.
     *
     * @param file not null exactly for {@link Output#FILE}
     * @param sampleOkPercent percentage of successful sessions to log; every other session is always logged
     * @param empty whether to log sessions that ended without a byte from the client, such as probes
     */
    public record AccessLogConfig(
            Output output,
            @Nullable Path file,
            AccessFormat format,
            int sampleOkPercent,
            ClientIp clientIp,
            boolean empty) {
        /** The destination of the lines. */
        public enum Output {
            STDOUT,
            NONE,
            FILE
        }

        /** The format of a line. */
        public enum AccessFormat {
            JSON,
            /** HAProxy's line of {@code option tcplog}. */
            TCPLOG
        }

        /** The part of a client's address that is written. */
        public enum ClientIp {
            FULL,
            /** The /24 or /48 that contains the address. */
            TRUNCATED,
            /** A keyed hash: equal addresses stay equal until the next start. */
            HASHED
        }

        public static final IntRange PERCENT = new IntRange(0, 100);

        public static final AccessLogConfig DEFAULT =
                new AccessLogConfig(Output.STDOUT, null, AccessFormat.JSON, 100, ClientIp.FULL, false);

        public AccessLogConfig {
            Check.present(output, "access.output");
            Check.that((output == Output.FILE) == (file != null), "access.file belongs to output file");
            Check.present(format, "access.format");
            PERCENT.check(sampleOkPercent, "access.sample_ok");
            Check.present(clientIp, "access.client_ip");
        }
    }

    public static final LoggingConfig DEFAULT = new LoggingConfig(Level.INFO, Format.TEXT, AccessLogConfig.DEFAULT);

    public LoggingConfig {
        Check.present(level, "logging.level");
        Check.present(format, "logging.format");
        Check.present(access, "logging.access");
    }
}
