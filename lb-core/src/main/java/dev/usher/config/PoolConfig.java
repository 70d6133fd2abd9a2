package dev.usher.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A named set of backends and how they are used. Complete: what the file leaves out has been filled in.
 *
 * @param name as the file has it; a pool that a route or a TCP listener brings along bears the route's text or the
 *     listener's name
 * @param backends at least one, none twice
 * @param retries other backends tried when a connect fails, before any byte is sent
 * @param onDown what becomes of the sessions of a backend that goes down
 * @param slowStart how long a backend that came up takes to reach its full share; null is at once
 */
public record PoolConfig(
        String name,
        List<BackendConfig> backends,
        Balance balance,
        TimeoutsConfig timeouts,
        int retries,
        HealthCheckConfig healthCheck,
        EjectionConfig ejection,
        @Nullable Duration slowStart,
        OnDown onDown,
        SendProxyProtocol sendProxyProtocol,
        ResolveConfig resolve) {
    /** What becomes of the sessions of a backend that goes down. */
    public enum OnDown {
        /** They go on: what a probe sees need not be what they see. */
        KEEP,
        /** They are reset, so that clients come back and are sent elsewhere. */
        CLOSE
    }

    public static final IntRange RETRIES = new IntRange(0, 100);
    public static final DurationRange SLOW_START = new DurationRange(Duration.ofMillis(1), Duration.ofDays(1));

    public static final Balance DEFAULT_BALANCE = Balance.ROUND_ROBIN;
    public static final int DEFAULT_RETRIES = 2;

    public PoolConfig {
        Check.notBlank(name, "pool name");
        backends = Check.notEmpty(backends, "backends");
        Check.distinct(backends.stream().map(BackendConfig::address).toList(), "backends");
        Check.present(balance, "balance");
        Check.present(timeouts, "timeouts");
        RETRIES.check(retries, "retries");
        Check.present(healthCheck, "health_check");
        Check.present(ejection, "ejection");
        if (slowStart != null) {
            SLOW_START.check(slowStart, "slow_start");
        }
        Check.present(onDown, "on_down");
        Check.present(sendProxyProtocol, "send_proxy_protocol");
        Check.present(resolve, "resolve");
    }

    /** A pool with every default. */
    public static PoolConfig of(String name, List<BackendConfig> backends) {
        return new PoolConfig(
                name,
                backends,
                DEFAULT_BALANCE,
                TimeoutsConfig.DEFAULT,
                DEFAULT_RETRIES,
                HealthCheckConfig.DEFAULT,
                EjectionConfig.DEFAULT,
                null,
                OnDown.KEEP,
                SendProxyProtocol.NONE,
                ResolveConfig.DEFAULT);
    }

    /** Whether {@code name} can be the name of a pool in a file: lower-case letters, digits, _ and -. */
    public static boolean isPoolName(String name) {
        return Check.isName(name);
    }

    // ---- the same with one setting changed ----

    public PoolConfig withTimeouts(TimeoutsConfig timeouts) {
        return new PoolConfig(
                name,
                backends,
                balance,
                timeouts,
                retries,
                healthCheck,
                ejection,
                slowStart,
                onDown,
                sendProxyProtocol,
                resolve);
    }

    public PoolConfig withRetries(int retries) {
        return new PoolConfig(
                name,
                backends,
                balance,
                timeouts,
                retries,
                healthCheck,
                ejection,
                slowStart,
                onDown,
                sendProxyProtocol,
                resolve);
    }

    public PoolConfig withHealthCheck(HealthCheckConfig healthCheck) {
        return new PoolConfig(
                name,
                backends,
                balance,
                timeouts,
                retries,
                healthCheck,
                ejection,
                slowStart,
                onDown,
                sendProxyProtocol,
                resolve);
    }

    public PoolConfig withEjection(EjectionConfig ejection) {
        return new PoolConfig(
                name,
                backends,
                balance,
                timeouts,
                retries,
                healthCheck,
                ejection,
                slowStart,
                onDown,
                sendProxyProtocol,
                resolve);
    }
}
