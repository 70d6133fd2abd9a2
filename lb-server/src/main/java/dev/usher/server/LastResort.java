package dev.usher.server;

import dev.usher.config.ShutdownConfig;
import dev.usher.server.log.ProgramLog;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the process if something blocks its end, such as a hung file system or a pipe without a reader. After the
 * signal, sessions have the configured time, and closing the rest has {@link #PATIENCE} more.
 */
final class LastResort {
    /** Longer than the waits of closing parts: two seconds each, ten for answers of the admin side. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** Time for the last log line, which may wait for a pipe too. */
    private static final Duration LAST_LINE = Duration.ofSeconds(3);

    private static final Logger log = LoggerFactory.getLogger(LastResort.class);

    private LastResort() {}

    /** The longest time from the signal to the end of the process, the last line included. */
    static Duration longest(ShutdownConfig given) {
        return untilForced(given, PATIENCE).plus(LAST_LINE);
    }

    private static Duration untilForced(ShutdownConfig given, Duration patience) {
        return given.readinessDelay().plus(given.drain()).plus(patience);
    }

    /**
     * Starts the wait.
     *
     * @param ending the thread that should end the process
     */
    static void begin(Thread ending, Supplier<ShutdownConfig> shutdown) {
        begin(ending, shutdown, PATIENCE);
    }

    static void begin(Thread ending, Supplier<ShutdownConfig> shutdown, Duration patience) {
        Thread.ofPlatform().daemon().name("last-resort").start(() -> {
            try {
                if (!ending.join(untilForced(shutdown.get(), patience))) {
                    end(ending);
                }
            } catch (InterruptedException nobodyDoes) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private static void end(Thread ending) throws InterruptedException {
        String where = where(ending);
        Thread last = Thread.ofPlatform().daemon().start(() -> {
            log.error("forced end: {} did not stop in time", where);
            ProgramLog.close();
        });
        boolean _ = last.join(LAST_LINE);
        Runtime.getRuntime().halt(ExitCode.FAILED);
    }

    /** The innermost method of usher on the thread's stack. */
    private static String where(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith("dev.usher."))
                .map(frame -> frame.getClassName()
                                .substring(frame.getClassName().lastIndexOf('.') + 1) + "." + frame.getMethodName())
                .findFirst()
                .orElse("the JVM");
    }
}
