package dev.usher.config;

import java.time.Duration;

/**
 * How a changed file is noticed and taken over.
 *
 * @param watch whether a change is noticed without being asked
 * @param debounce quiet time after the last change before the file is read
 * @param poll how often the files are compared, for file systems that report no changes
 * @param onRemovedBackend what becomes of the sessions of a backend that is gone
 */
public record ReloadConfig(boolean watch, Duration debounce, Duration poll, OnRemovedBackend onRemovedBackend) {
    /** What becomes of the sessions of a backend that is gone. */
    public enum OnRemovedBackend {
        /** They go on to their own end. */
        DRAIN,
        /** They are closed. */
        CLOSE
    }

    public static final DurationRange DEBOUNCE = new DurationRange(Duration.ZERO, Duration.ofMinutes(1));
    public static final DurationRange POLL = new DurationRange(Duration.ofMillis(100), Duration.ofDays(1));

    public static final ReloadConfig DEFAULT =
            new ReloadConfig(true, Duration.ofMillis(300), Duration.ofSeconds(5), OnRemovedBackend.DRAIN);

    public ReloadConfig {
        DEBOUNCE.check(debounce, "reload.debounce");
        POLL.check(poll, "reload.poll");
        Check.present(onRemovedBackend, "reload.on_removed_backend");
    }
}
