package dev.usher.pool;

import dev.usher.config.TimeoutsConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The time-outs of a pool in nanoseconds, for the data path.
 *
 * @param firstByteNanos {@link Long#MAX_VALUE} for no limit
 * @param maxLifetimeNanos {@link Long#MAX_VALUE} for no limit
 */
public record PoolTimeouts(
        long connectNanos,
        long connectTotalNanos,
        long firstByteNanos,
        long idleNanos,
        long halfClosedNanos,
        long maxLifetimeNanos) {
    static PoolTimeouts of(TimeoutsConfig config) {
        return new PoolTimeouts(
                config.connect().toNanos(),
                config.connectTotal().toNanos(),
                nanosOrNoLimit(config.firstByte()),
                config.idle().toNanos(),
                config.halfClosed().toNanos(),
                nanosOrNoLimit(config.maxLifetime()));
    }

    private static long nanosOrNoLimit(@Nullable Duration limit) {
        return limit == null ? Long.MAX_VALUE : limit.toNanos();
    }
}
