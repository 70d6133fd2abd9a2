package dev.usher.pool;

import dev.usher.config.TimeoutsConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time-outs of a pool as the data path wants them: nanoseconds.
 *
 * @param maxLifetimeNanos {@link Long#MAX_VALUE} for no limit
 */
public record PoolTimeouts(
        long connectNanos, long connectTotalNanos, long idleNanos, long halfClosedNanos, long maxLifetimeNanos) {
    static PoolTimeouts of(TimeoutsConfig config) {
        @Nullable Duration maxLifetime = config.maxLifetime();
        return new PoolTimeouts(
                config.connect().toNanos(),
                config.connectTotal().toNanos(),
                config.idle().toNanos(),
                config.halfClosed().toNanos(),
                maxLifetime == null ? Long.MAX_VALUE : maxLifetime.toNanos());
    }
}
