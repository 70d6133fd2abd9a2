package dev.usher.server.yaml;

import dev.usher.config.AddressRules;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.Cidr;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.config.TimeoutsConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a pool, without name and backends. {@code defaults} has the settings for every pool, and each pool
 * may override single keys.
 */
record PoolSettings(
        Balance balance,
        TimeoutsConfig timeouts,
        int retries,
        HealthCheckConfig healthCheck,
        EjectionConfig ejection,
        @Nullable Duration slowStart,
        PoolConfig.OnDown onDown,
        SendProxyProtocol sendProxyProtocol,
        @Nullable SourceAddress source,
        ResolveConfig resolve,
        AddressRules addressRules) {
    static final PoolSettings DEFAULT = new PoolSettings(
            PoolConfig.DEFAULT_BALANCE,
            TimeoutsConfig.DEFAULT,
            PoolConfig.DEFAULT_RETRIES,
            HealthCheckConfig.DEFAULT,
            EjectionConfig.DEFAULT,
            null,
            PoolConfig.OnDown.KEEP,
            SendProxyProtocol.NONE,
            null,
            ResolveConfig.DEFAULT,
            AddressRules.NONE);

    PoolConfig pool(String name, List<BackendConfig> backends) {
        return pool(name, backends, addressRules);
    }

    /** @param rules in place of the rules here; left out where no client names the backend */
    PoolConfig pool(String name, List<BackendConfig> backends, AddressRules rules) {
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
                resolve,
                PoolConfig.isTemplate(backends) ? rules : AddressRules.NONE);
    }

    /** These settings, overridden by the keys of a mapping. */
    PoolSettings overlaidWith(Fields fields) {
        return new PoolSettings(
                fields.choice("balance", Balance.class, balance),
                timeouts(fields),
                fields.integer("retries", PoolConfig.RETRIES, retries),
                HealthCheckReader.read(fields, "health_check", healthCheck),
                ejection(fields),
                fields.durationOrNone("slow_start", PoolConfig.SLOW_START, slowStart),
                fields.choice("on_down", PoolConfig.OnDown.class, onDown),
                fields.choice("send_proxy_protocol", SendProxyProtocol.class, sendProxyProtocol),
                source(fields),
                resolve(fields),
                addressRules(fields));
    }

    /** The {@code to} and {@code deny_to} of a mapping; by default those here. */
    AddressRules addressRules(Fields fields) {
        return new AddressRules(
                fields.list("to", Cidr::parse, addressRules.to()),
                fields.list("deny_to", Cidr::parse, addressRules.denyTo()));
    }

    private @Nullable SourceAddress source(Fields fields) {
        if (fields.isNone("source")) {
            return null;
        }
        SourceAddress read = fields.parsed(fields.scalar("source"), fields.path("source"), SourceAddress::parse);
        if (read != null && !ThisMachine.has(InetAddress.ofLiteral(read.text()))) {
            fields.warn("source", read + " is not an address of this machine: no connection to a backend could begin");
        }
        return read == null ? source : read;
    }

    private TimeoutsConfig timeouts(Fields pool) {
        Fields fields = pool.fields("timeouts");
        if (fields == null) {
            return timeouts;
        }
        TimeoutsConfig read = new TimeoutsConfig(
                fields.duration("connect", TimeoutsConfig.CONNECT, timeouts.connect()),
                fields.duration("connect_total", TimeoutsConfig.CONNECT_TOTAL, timeouts.connectTotal()),
                fields.durationOrNone("first_byte", TimeoutsConfig.FIRST_BYTE, timeouts.firstByte()),
                fields.duration("idle", TimeoutsConfig.IDLE, timeouts.idle()),
                fields.duration("half_closed", TimeoutsConfig.HALF_CLOSED, timeouts.halfClosed()),
                fields.durationOrNone("max_lifetime", TimeoutsConfig.MAX_LIFETIME, timeouts.maxLifetime()));
        fields.done();
        return read;
    }

    private EjectionConfig ejection(Fields pool) {
        if (pool.isNone("ejection")) {
            return ejection.off();
        }
        Fields fields = pool.fields("ejection");
        if (fields == null) {
            return ejection;
        }
        int failures = fields.integer(
                "consecutive_failures", EjectionConfig.CONSECUTIVE_FAILURES, ejection.consecutiveFailures());
        Duration baseTime = fields.duration("base_time", EjectionConfig.TIME, ejection.baseTime());
        Duration maxTime = fields.duration("max_time", EjectionConfig.TIME, ejection.maxTime());
        int percent = fields.percent("max_ejected", ejection.maxEjectedPercent());
        fields.done();
        EjectionConfig read = fields.build(() -> new EjectionConfig(failures, baseTime, maxTime, percent));
        return read == null ? ejection : read;
    }

    private ResolveConfig resolve(Fields pool) {
        Fields fields = pool.fields("resolve");
        if (fields == null) {
            return resolve;
        }
        ResolveConfig read = new ResolveConfig(
                fields.duration("interval", ResolveConfig.INTERVAL, resolve.interval()),
                fields.choice("family", ResolveConfig.Family.class, resolve.family()),
                fields.duration("timeout", ResolveConfig.TIMEOUT, resolve.timeout()),
                fields.list("servers", ResolveConfig::server, resolve.servers()),
                fields.flag("hosts_file", resolve.hostsFile()));
        fields.done();
        return read;
    }
}
