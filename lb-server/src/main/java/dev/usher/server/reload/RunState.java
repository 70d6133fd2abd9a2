package dev.usher.server.reload;

import org.jspecify.annotations.Nullable;

/**
 * What a running usher says of itself in its run file.
 *
 * @param startedMillis when its process began: a process of another time with the same number is another one
 * @param config the configuration file, as an absolute path; null if it has none, as a demo
 * @param admin where its admin side is, as a URL; null if it has none
 * @param draining whether it was asked to end, and only finishes what is open
 */
public record RunState(
        long pid,
        long startedMillis,
        @Nullable String config,
        @Nullable String admin,
        boolean draining) {
    /** The same, once it was asked to end. */
    RunState asDraining() {
        return new RunState(pid, startedMillis, config, admin, true);
    }
}
