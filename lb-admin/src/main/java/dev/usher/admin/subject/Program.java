package dev.usher.admin.subject;

import java.time.Instant;

/**
 * Version of the running program.
 *
 * @param version as {@code 0.1.0}
 * @param commit that the program was built from; empty if unknown
 * @param startedAt wall-clock time
 */
public record Program(String version, String commit, Instant startedAt) {}
