package dev.usher.admin;

import dev.usher.LoadBalancer;
import java.util.function.LongSupplier;

/**
 * What an admin side shows.
 *
 * @param balancer that it asks, and changes
 * @param source of the configuration
 * @param droppedLines lines of the access log that were not written so far
 */
public record Shown(LoadBalancer balancer, ConfigSource source, Program program, LongSupplier droppedLines) {
    /** Of a process that writes no access log. */
    public Shown(LoadBalancer balancer, ConfigSource source, Program program) {
        this(balancer, source, program, () -> 0);
    }
}
