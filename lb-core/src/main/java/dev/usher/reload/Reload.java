package dev.usher.reload;

import dev.usher.diff.ConfigDiff;
import java.time.Instant;
import java.util.List;

/**
 * An attempt to put a configuration into force.
 *
 * @param number of the attempt, from 1
 * @param at the end of the attempt, by the wall clock
 * @param who the author: a signal, the files themselves, a person by name
 * @param generation the generation in force after the attempt
 * @param diff the differences made; empty unless applied
 * @param faults number of faults and warnings
 * @param diagnostics the first faults and warnings, as {@code file:line:column: error: text}, and the number of the
 * rest
 * @param report the same for a terminal: with lines of the file, carets and hints
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
        API,
        /** A source has brought other names or backends; the files were not read. */
        SOURCE
    }

    /** What came of it. */
    public enum Result {
        APPLIED,
        /** The files match the configuration in force. */
        UNCHANGED,
        /** Nothing has changed. */
        REFUSED
    }

    public Reload {
        diagnostics = List.copyOf(diagnostics);
        report = List.copyOf(report);
    }
}
