package dev.usher;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which configuration is in force, and how it came to be.
 *
 * @param generation of the configuration in force; 1 is the one of the start, and each that is applied is one more
 * @param inForceSince when it was put into force, by the wall clock
 * @param applied reloads that put a configuration into force
 * @param unchanged reloads that found nothing to do
 * @param refused reloads that changed nothing because of a fault
 * @param restartNeeded settings of the configuration in force that this process does not follow until it is restarted
 * @param history the last attempts, the newest last
 */
public record ReloadStatus(
        int generation,
        Instant inForceSince,
        long applied,
        long unchanged,
        long refused,
        List<String> restartNeeded,
        List<Reload> history) {
    public ReloadStatus {
        restartNeeded = List.copyOf(restartNeeded);
        history = List.copyOf(history);
    }

    /** The last attempt; null if there was none. */
    public @Nullable Reload last() {
        return history.isEmpty() ? null : history.getLast();
    }
}
