package dev.usher.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An order of people about a backend, for a successor of this process.
 *
 * @param backend address and port in digits, or a path
 * @param why reason of the state, such as {@code drained by anna}; empty in state READY
 * @param weight 1..256; 0 for the configured weight
 * @param closeAfter time until the remaining sessions are closed; null for never
 */
public record BackendOrder(
        String pool,
        String backend,
        AdminState state,
        String why,
        int weight,
        @Nullable Duration closeAfter) {}
