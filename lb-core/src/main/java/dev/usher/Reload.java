package dev.usher;

import dev.usher.diff.ConfigDiff;
import java.time.Instant;
import java.util.List;

/**
 * One attempt to put a configuration into force.
 *
 * @param number of the attempt, from 1
 * @param at when it ended, by the wall clock
 * @param who asked for it: a signal, the files themselves, somebody by name
 * @param generation in force after it
 * @param diff what it made different; nothing unless it was applied
 * @param faults how many faults and warnings there were
 * @param diagnostics the first of them, as {@code file:line:column: error: text}, and how many more there are
 * @param report the same as a person reads them at the file: with the lines of the file, carets and hints
 * @param tookMillis from the reading of the file to the last step
 */
public record Reload(
        long number,
        Instant at,
        Trigger trigger,
        String who,
        Result result,
        int generation,
        ConfigDiff diff,
        int faults,
        List<String> diagnostics,
        List<String> report,
        long tookMillis) {
    /** What made it happen. */
    public enum Trigger {
        SIGNAL,
        FILES,
        API
    }

    /** What came of it. */
    public enum Result {
        APPLIED,
        /** The files say what is in force already. */
        UNCHANGED,
        /** Nothing has changed. */
        REFUSED
    }

    public Reload {
        diagnostics = List.copyOf(diagnostics);
        report = List.copyOf(report);
    }
}
