/** {@code /metrics}: what the load balancer has counted, as Prometheus reads it. Made when somebody asks, and not before. */
@NullMarked
package dev.usher.admin.metrics;

import org.jspecify.annotations.NullMarked;
