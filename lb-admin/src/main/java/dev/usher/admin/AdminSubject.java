package dev.usher.admin;

import dev.usher.LoadBalancer;
import java.util.function.Supplier;

/**
 * What an admin side shows.
 *
 * @param balancer that it asks, and changes
 * @param source of the configuration
 * @param accessLog its lines that are not written
 */
public record AdminSubject(
        LoadBalancer balancer, ConfigSource source, Program program, Supplier<AccessLogLines> accessLog) {
    /** Of a process that writes no access log. */
    public AdminSubject(LoadBalancer balancer, ConfigSource source, Program program) {
        this(balancer, source, program, () -> AccessLogLines.NONE);
    }
}
