package dev.usher.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a pool, without name and backends. {@code defaults} has the settings for every pool, and each pool
 * may override single keys; {@code defaults} of a source, for the pools of the source.
 */
public record PoolSettings(
        Balance balance,
        TimeoutsConfig timeouts,
        int retries,
        HealthCheckConfig healthCheck,
        EjectionConfig ejection,
        @Nullable Duration slowStart,
        PoolConfig.OnDown onDown,
        SendProxyProtocol sendProxyProtocol,
        @Nullable SourceAddress source,
        boolean transparent,
        @Nullable Duration tcpUserTimeout,
        ResolveConfig resolve,
        AddressRules addressRules) {
    public static final PoolSettings DEFAULT = new PoolSettings(
            PoolConfig.DEFAULT_BALANCE,
            TimeoutsConfig.DEFAULT,
            PoolConfig.DEFAULT_RETRIES,
            HealthCheckConfig.DEFAULT,
            EjectionConfig.DEFAULT,
            null,
            PoolConfig.OnDown.KEEP,
            SendProxyProtocol.NONE,
            null,
            false,
            null,
            ResolveConfig.DEFAULT,
            AddressRules.NONE);

    /** A pool of these settings. Throws {@link IllegalArgumentException} if backends and settings do not go together. */
    public PoolConfig pool(String name, List<BackendConfig> backends) {
        return pool(name, backends, addressRules);
    }

    /**
     * A pool of these settings, with other rules for addresses.
     *
     * @param rules in place of the rules here; left out where no client names the backend
     */
    public PoolConfig pool(String name, List<BackendConfig> backends, AddressRules rules) {
        return pool(name, backends, rules, 0);
    }

    /** A pool that refuses a share of new sessions, 0..100 percent; with 100 it needs no backends. */
    public PoolConfig refusing(String name, List<BackendConfig> backends, int percent) {
        return pool(name, backends, addressRules, percent);
    }

    private PoolConfig pool(String name, List<BackendConfig> backends, AddressRules rules, int refusedPercent) {
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
                source,
                transparent,
                tcpUserTimeout,
                resolve,
                PoolConfig.isTemplate(backends) ? rules : AddressRules.NONE,
                null,
                refusedPercent);
    }
}
