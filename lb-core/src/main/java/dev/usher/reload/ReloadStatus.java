package dev.usher.reload;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration in force, and its history.
 *
 * @param generation of the configuration in force; 1 at the start, and 1 more for each reload applied
 * @param inForceSince since when in force, by the wall clock
 * @param applied reloads that put a new configuration into force
 * @param unchanged reloads that found nothing to do
 * @param refused reloads that changed nothing because of a fault
 * @param restartNeeded settings of the configuration in force that need a restart of this process
 * @param history the last attempts, in order of time
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

    /** The last attempt; null before the first. */
    public @Nullable Reload last() {
        return history.isEmpty() ? null : history.getLast();
    }
}
