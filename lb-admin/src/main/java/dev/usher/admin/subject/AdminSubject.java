package dev.usher.admin.subject;

import dev.usher.LoadBalancer;
import java.util.function.Supplier;

/**
 * Subject of an admin side: the load balancer and its surroundings.
 *
 * @param balancer read and changed by the admin side
 * @param source of the configuration
 * @param accessLog counts lines of the access log that are dropped or waiting
 */
public record AdminSubject(
        LoadBalancer balancer, ConfigSource source, Program program, Supplier<AccessLogLines> accessLog) {
    /** Makes the subject of a process without an access log. */
    public AdminSubject(LoadBalancer balancer, ConfigSource source, Program program) {
        this(balancer, source, program, () -> AccessLogLines.NONE);
    }
}
