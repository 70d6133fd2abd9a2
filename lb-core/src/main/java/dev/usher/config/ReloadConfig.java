package dev.usher.config;

import java.time.Duration;

/**
 * Detection of changed files, and the reload.
 *
 * @param watch whether changes are detected automatically
 * @param debounce quiet time after the last change before the file is read
 * @param poll interval for comparing the files, for file systems that report no changes
 * @param onRemovedBackend treatment of open sessions when their backend is removed
 */
public record ReloadConfig(boolean watch, Duration debounce, Duration poll, OnRemovedBackend onRemovedBackend) {
    /** The treatment of open sessions when their backend is removed. */
    public enum OnRemovedBackend {
        /** Sessions go on to their own end. */
        DRAIN,
        /** Sessions are closed. */
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
