package dev.usher.server.log;

import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.end.CloseReason;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Decides which sessions get an access line. */
final class AccessChoice {
    /**
     * Close reasons of clients that connect and leave, or stay, without sending a byte: probes, and sockets opened in
     * advance.
     */
    private static final Set<CloseReason> WITHOUT_A_WORD = EnumSet.of(
            CloseReason.COMPLETED,
            CloseReason.CLIENT_GONE_BEFORE_HELLO,
            CloseReason.HELLO_TIMEOUT,
            CloseReason.CLIENT_RESET);

    private static final int ALL = 100;

    private AccessChoice() {}

    /**
     * @param empty true if the client sent no byte
     */
    static boolean isWanted(AccessLogConfig config, CloseReason reason, boolean empty) {
        if (config.output() == AccessLogConfig.Output.NONE) {
            return false;
        }
        if (empty && !config.empty() && WITHOUT_A_WORD.contains(reason)) {
            return false;
        }
        return !reason.isFine() || isSampled(config.sampleOkPercent());
    }

    private static boolean isSampled(int percent) {
        return percent == ALL || (percent > 0 && ThreadLocalRandom.current().nextInt(ALL) < percent);
    }
}
