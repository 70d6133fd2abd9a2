package dev.usher.server.reload;

import org.jspecify.annotations.Nullable;

/**
 * State of a running usher, as written to its run file.
 *
 * @param startedMillis start of the process: a later process may get the same number
 * @param config the configuration file, as an absolute path; null without a file, as for a demo
 * @param admin URL of the admin side; null without an admin side
 * @param draining true once the process was told to end, while open sessions finish
 */
public record RunState(
        long pid,
        long startedMillis,
        @Nullable String config,
        @Nullable String admin,
        boolean draining) {
    /** The same state, with draining true. */
    RunState asDraining() {
        return new RunState(pid, startedMillis, config, admin, true);
    }
}
