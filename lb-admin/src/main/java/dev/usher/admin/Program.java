package dev.usher.admin;

import java.time.Instant;

/**
 * Which program this is.
 *
 * @param version as {@code 0.1.0}
 * @param commit it was built from; empty where the build did not know it
 * @param startedAt by the wall clock
 */
public record Program(String version, String commit, Instant startedAt) {}
