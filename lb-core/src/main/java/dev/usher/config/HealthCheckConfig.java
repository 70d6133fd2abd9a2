package dev.usher.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Probes of a pool's backends, and the number of results for a verdict.
 *
 * @param port asked in place of the backend's own; null is the backend's own
 * @param address IP address asked in place of each backend's own; null is the backend's own
 * @param serverName sent as SNI and verified, and as the Host of a request; null takes the backend's own host, and sends no SNI for an IP address
 * @param alpn offered in the probe's hello; empty offers nothing
 * @param verify whether an invalid certificate fails the probe; for {@link Type#TLS} and {@link Type#HTTPS}, like alpn,
 *     trustStore and warnExpiry
 * @param trustStore PEM file of the authorities to trust; null is the platform's
 * @param path request target, for {@link Type#HTTP} and {@link Type#HTTPS}, like method and expect
 * @param rise successes in a row until a backend is up
 * @param fall failures in a row until a backend is down
 * @param jitterPercent the part of the interval that is drawn at random, so that probes do not fall into step
 * @param warnExpiry time before a certificate's end when warnings begin; null never warns
 */
public record HealthCheckConfig(
        Type type,
        @Nullable Integer port,
        @Nullable String address,
        @Nullable String serverName,
        List<String> alpn,
        boolean verify,
        @Nullable Path trustStore,
        String path,
        String method,
        StatusRange expect,
        Duration interval,
        Duration timeout,
        int rise,
        int fall,
        int jitterPercent,
        @Nullable Duration warnExpiry) {
    /** The steps of a probe. */
    public enum Type {
        /** No probes: a backend is up until sessions fail. */
        NONE,
        /** Connects. */
        TCP,
        /** Connects and shakes hands. */
        TLS,
        /** Connects, sends a request and reads the status. */
        HTTP,
        /** Connects, shakes hands, sends a request and reads the status. */
        HTTPS;

        /** Whether a probe of this type makes a TLS handshake, and so sees a certificate. */
        public boolean shakesHands() {
            return this == TLS || this == HTTPS;
        }

        /** Whether a probe of this type sends an HTTP request. */
        public boolean asks() {
            return this == HTTP || this == HTTPS;
        }
    }

    /** The HTTP statuses that count as success, both ends included. */
    public record StatusRange(int from, int to) {
        public static final IntRange STATUS = new IntRange(100, 599);

        public StatusRange {
            STATUS.check(from, "expect");
            STATUS.check(to, "expect");
            Check.that(from <= to, "expect must begin with the lower status, was " + from + "-" + to);
        }

        public boolean contains(int status) {
            return status >= from && status <= to;
        }

        @Override
        public String toString() {
            return from == to ? Integer.toString(from) : from + "-" + to;
        }
    }

    public static final DurationRange INTERVAL = new DurationRange(Duration.ofMillis(10), Duration.ofDays(1));
    public static final DurationRange TIMEOUT = new DurationRange(Duration.ofMillis(1), Duration.ofMinutes(10));
    public static final IntRange RISE = new IntRange(1, 100);
    public static final IntRange FALL = new IntRange(1, 100);
    public static final IntRange PERCENT = new IntRange(0, 100);
    public static final DurationRange WARN_EXPIRY = new DurationRange(Duration.ofHours(1), Duration.ofDays(3650));

    public static final HealthCheckConfig DEFAULT = withDefaults(Type.TCP);

    /** No probes. */
    public static final HealthCheckConfig NONE = withDefaults(Type.NONE);

    public HealthCheckConfig {
        Check.present(type, "health_check.type");
        if (port != null) {
            HostPort.PORT.check(port, "health_check.port");
        }
        address = address == null ? null : checkAddress(address);
        serverName = serverName == null ? null : HostName.normalize(serverName);
        alpn = Check.distinct(alpn, "health_check.alpn");
        checkPath(Check.present(path, "health_check.path"));
        checkMethod(Check.present(method, "health_check.method"));
        Check.present(expect, "health_check.expect");
        INTERVAL.check(interval, "health_check.interval");
        TIMEOUT.check(timeout, "health_check.timeout");
        RISE.check(rise, "health_check.rise");
        FALL.check(fall, "health_check.fall");
        PERCENT.check(jitterPercent, "health_check.jitter");
        if (warnExpiry != null) {
            WARN_EXPIRY.check(warnExpiry, "health_check.warn_expiry");
        }
    }

    private static HealthCheckConfig withDefaults(Type type) {
        return new HealthCheckConfig(
                type,
                null,
                null,
                null,
                List.of(),
                true,
                null,
                "/",
                "GET",
                new StatusRange(200, 399),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                2,
                3,
                10,
                Duration.ofDays(21));
    }

    /** Whether probes go to a place apart from the one for sessions. */
    public boolean isElsewhere() {
        return port != null || address != null;
    }

    /** Whether a success shows that the place for sessions answers, and not just connects. */
    public boolean hearsService() {
        return !isElsewhere() && (type.shakesHands() || type.asks());
    }

    /** Refuses a check that needs a part of an address that unix sockets do not have. */
    void checkFits(UnixPath backend) {
        Check.that(
                !isElsewhere() || (port != null && address != null),
                () -> "health_check.port and health_check.address go together: " + backend + " has neither");
        Check.that(
                isElsewhere() || !backend.isAbstract() || type == Type.TCP || type == Type.NONE,
                () -> "health_check.type must be tcp or none: probes only connect to an abstract socket as " + backend);
        Check.that(
                isElsewhere() || !type.shakesHands() || !verify || serverName != null,
                () -> "health_check.server_name must be given, or verify: false: " + backend
                        + " has no name that a certificate could be for");
    }

    public HealthCheckConfig withType(Type type) {
        return Copy.of(this, "type", type);
    }

    /** Returns the IP address in its usual form; throws {@link IllegalArgumentException} for other text. */
    public static String checkAddress(String text) {
        byte[] ip = IpAddress.parse(text);
        if (ip == null) {
            throw new IllegalArgumentException('"' + text
                    + "\" is not an IP address: a name would be looked up for each probe; a port stands in port");
        }
        return IpAddress.text(ip);
    }

    /** A copy for a port without TLS: a check that shakes hands there only connects. */
    HealthCheckConfig withoutTls() {
        return isElsewhere() || !type.shakesHands() ? this : withType(Type.TCP);
    }

    /** Returns a request target that can stand in a request line; throws {@link IllegalArgumentException} otherwise. */
    public static String checkPath(String path) {
        Check.that(path.startsWith("/"), "path must begin with /, was \"" + path + '"');
        Check.that(path.chars().allMatch(c -> c > ' ' && c < 127), "path must be visible ASCII, was \"" + path + '"');
        return path;
    }

    /** Returns a method that can stand in a request line; throws {@link IllegalArgumentException} otherwise. */
    public static String checkMethod(String method) {
        boolean letters = !method.isEmpty() && method.chars().allMatch(c -> c >= 'A' && c <= 'Z');
        Check.that(letters, "method must be capital letters, was \"" + method + '"');
        return method;
    }
}
