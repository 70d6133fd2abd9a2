/** {@code /metrics}: the load balancer's counters in Prometheus format, gathered on request only. */
@NullMarked
package dev.usher.admin.metrics;

import org.jspecify.annotations.NullMarked;
