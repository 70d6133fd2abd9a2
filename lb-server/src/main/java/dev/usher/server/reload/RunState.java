package dev.usher.server.reload;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a running usher says of itself in its run file.
 *
 * @param startedMillis when its process began: a process of another time with the same number is another one
 * @param config the configuration file, as an absolute path; null if it has none, as a demo
 * @param admin where its admin side can be asked, as a URL; null if it has none
 * @param certificate the SHA-256 of the one that its admin side shows, in hexadecimal; null for plain HTTP
 * @param generation in force
 * @param last attempt to reload; null if there was none
 * @param lastSignal the last attempt that a SIGHUP asked for; null if there was none
 * @param draining whether it was asked to end, and only finishes what is open
 */
public record RunState(
        long pid,
        long startedMillis,
        @Nullable String config,
        @Nullable String admin,
        @Nullable String certificate,
        int generation,
        @Nullable Attempt last,
        @Nullable Attempt lastSignal,
        boolean draining) {
    /**
     * An attempt to reload.
     *
     * @param result the word for it: applied, unchanged, refused
     * @param text the differences, or the faults
     */
    public record Attempt(long number, String result, int generation, List<String> text) {}

    /** The same, once it was asked to end. */
    RunState asDraining() {
        return new RunState(pid, startedMillis, config, admin, certificate, generation, last, lastSignal, true);
    }

    /** The number of the last attempt that a signal asked for; 0 if there was none. */
    long signalNumber() {
        return lastSignal == null ? 0 : lastSignal.number();
    }
}
