package dev.usher.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Time limits for the states of a session.
 *
 * @param connect for one attempt to connect to one backend
 * @param connectTotal for the attempts of a session together: a client waits no longer
 * @param firstByte time for a backend to answer a ClientHello before usher tries a different backend, if there is any;
 *     null waits as long as for any byte
 * @param idle without a byte in either direction
 * @param halfClosed without a byte after one side has sent its FIN
 * @param maxLifetime from accept to the end; null is no limit
 */
public record TimeoutsConfig(
        Duration connect,
        Duration connectTotal,
        @Nullable Duration firstByte,
        Duration idle,
        Duration halfClosed,
        @Nullable Duration maxLifetime) {
    public static final DurationRange CONNECT = new DurationRange(Duration.ofMillis(1), Duration.ofMinutes(10));
    public static final DurationRange CONNECT_TOTAL = new DurationRange(Duration.ofMillis(1), Duration.ofMinutes(60));
    public static final DurationRange FIRST_BYTE = new DurationRange(Duration.ofMillis(1), Duration.ofMinutes(60));
    public static final DurationRange IDLE = new DurationRange(Duration.ofMillis(1), Duration.ofDays(30));
    public static final DurationRange HALF_CLOSED = new DurationRange(Duration.ofMillis(1), Duration.ofDays(30));
    public static final DurationRange MAX_LIFETIME = new DurationRange(Duration.ofMillis(1), Duration.ofDays(365));

    /** A shorter time would end connections for one lost packet, which is sent again after 200 ms at the earliest. */
    public static final DurationRange TCP_USER_TIMEOUT = new DurationRange(Duration.ofSeconds(1), Duration.ofDays(1));

    public static final TimeoutsConfig DEFAULT = new TimeoutsConfig(
            Duration.ofSeconds(3),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            Duration.ofHours(1),
            Duration.ofMinutes(5),
            null);

    public TimeoutsConfig {
        CONNECT.check(connect, "timeouts.connect");
        CONNECT_TOTAL.check(connectTotal, "timeouts.connect_total");
        if (firstByte != null) {
            FIRST_BYTE.check(firstByte, "timeouts.first_byte");
        }
        IDLE.check(idle, "timeouts.idle");
        HALF_CLOSED.check(halfClosed, "timeouts.half_closed");
        if (maxLifetime != null) {
            MAX_LIFETIME.check(maxLifetime, "timeouts.max_lifetime");
        }
    }

    /** A TCP user time-out as the kernel takes it; 0, which leaves it to the system, without. */
    static int tcpUserTimeoutMillis(@Nullable Duration timeout) {
        return timeout == null ? 0 : Math.toIntExact(timeout.toMillis());
    }

    // ---- copies with one setting changed ----

    public TimeoutsConfig withConnect(Duration connect) {
        return new TimeoutsConfig(connect, connectTotal, firstByte, idle, halfClosed, maxLifetime);
    }

    public TimeoutsConfig withConnectTotal(Duration connectTotal) {
        return new TimeoutsConfig(connect, connectTotal, firstByte, idle, halfClosed, maxLifetime);
    }

    public TimeoutsConfig withFirstByte(@Nullable Duration firstByte) {
        return new TimeoutsConfig(connect, connectTotal, firstByte, idle, halfClosed, maxLifetime);
    }

    public TimeoutsConfig withIdle(Duration idle) {
        return new TimeoutsConfig(connect, connectTotal, firstByte, idle, halfClosed, maxLifetime);
    }

    public TimeoutsConfig withHalfClosed(Duration halfClosed) {
        return new TimeoutsConfig(connect, connectTotal, firstByte, idle, halfClosed, maxLifetime);
    }

    public TimeoutsConfig withMaxLifetime(@Nullable Duration maxLifetime) {
        return new TimeoutsConfig(connect, connectTotal, firstByte, idle, halfClosed, maxLifetime);
    }
}
