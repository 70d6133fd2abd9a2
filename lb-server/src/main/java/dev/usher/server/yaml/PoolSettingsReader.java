package dev.usher.server.yaml;

import dev.usher.config.AddressRules;
import dev.usher.config.Balance;
import dev.usher.config.Cidr;
import dev.usher.config.EjectionConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.PoolSettings;
import dev.usher.config.ResolveConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.config.TimeoutsConfig;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads the settings of a pool: of {@code defaults}, of a pool, of the pools of a source. */
final class PoolSettingsReader {
    private final PoolSettings base;

    private PoolSettingsReader(PoolSettings base) {
        this.base = base;
    }

    /** The settings, overridden by the keys of a mapping. */
    static PoolSettings read(PoolSettings base, Fields fields) {
        return new PoolSettingsReader(base).overlaidWith(fields);
    }

    private PoolSettings overlaidWith(Fields fields) {
        return new PoolSettings(
                fields.choice("balance", Balance.class, base.balance()),
                timeouts(fields),
                fields.integer("retries", PoolConfig.RETRIES, base.retries()),
                HealthCheckReader.read(fields, "health_check", base.healthCheck()),
                ejection(fields),
                fields.durationOrNone("slow_start", PoolConfig.SLOW_START, base.slowStart()),
                fields.choice("on_down", PoolConfig.OnDown.class, base.onDown()),
                fields.choice("send_proxy_protocol", SendProxyProtocol.class, base.sendProxyProtocol()),
                source(fields),
                transparent(fields),
                fields.durationOrNone("tcp_user_timeout", TimeoutsConfig.TCP_USER_TIMEOUT, base.tcpUserTimeout()),
                resolve(fields),
                addressRules(fields));
    }

    /** The {@code to} and {@code deny_to} of a mapping; by default those of the settings. */
    static AddressRules addressRules(PoolSettings base, Fields fields) {
        return new PoolSettingsReader(base).addressRules(fields);
    }

    private AddressRules addressRules(Fields fields) {
        return new AddressRules(
                fields.list("to", Cidr::parse, base.addressRules().to()),
                fields.list("deny_to", Cidr::parse, base.addressRules().denyTo()));
    }

    private @Nullable SourceAddress source(Fields fields) {
        if (fields.isNone("source")) {
            return null;
        }
        SourceAddress read = fields.parsed(fields.scalar("source"), fields.path("source"), SourceAddress::parse);
        if (read != null && !ThisMachine.has(InetAddress.ofLiteral(read.text()))) {
            fields.warn("source", read + " is not an address of this machine: no connection to a backend could begin");
        }
        return read == null ? base.source() : read;
    }

    private boolean transparent(Fields fields) {
        boolean transparent = fields.flag("transparent", base.transparent());
        if (transparent && fields.has("transparent") && !ThisMachine.mayUseForeignAddresses()) {
            fields.warn(
                    "transparent",
                    "needs the capability CAP_NET_RAW, which this process does not have: without it usher does not start");
        }
        return transparent;
    }

    private TimeoutsConfig timeouts(Fields pool) {
        Fields fields = pool.fields("timeouts");
        if (fields == null) {
            return base.timeouts();
        }
        TimeoutsConfig read = new TimeoutsConfig(
                fields.duration(
                        "connect", TimeoutsConfig.CONNECT, base.timeouts().connect()),
                fields.duration(
                        "connect_total",
                        TimeoutsConfig.CONNECT_TOTAL,
                        base.timeouts().connectTotal()),
                fields.durationOrNone(
                        "first_byte", TimeoutsConfig.FIRST_BYTE, base.timeouts().firstByte()),
                fields.duration("idle", TimeoutsConfig.IDLE, base.timeouts().idle()),
                fields.duration(
                        "half_closed",
                        TimeoutsConfig.HALF_CLOSED,
                        base.timeouts().halfClosed()),
                fields.durationOrNone(
                        "max_lifetime",
                        TimeoutsConfig.MAX_LIFETIME,
                        base.timeouts().maxLifetime()));
        fields.done();
        return read;
    }

    private EjectionConfig ejection(Fields pool) {
        if (pool.isNone("ejection")) {
            return base.ejection().off();
        }
        Fields fields = pool.fields("ejection");
        if (fields == null) {
            return base.ejection();
        }
        int failures = fields.integer(
                "consecutive_failures",
                EjectionConfig.CONSECUTIVE_FAILURES,
                base.ejection().consecutiveFailures());
        Duration baseTime = fields.duration(
                "base_time", EjectionConfig.TIME, base.ejection().baseTime());
        Duration maxTime =
                fields.duration("max_time", EjectionConfig.TIME, base.ejection().maxTime());
        int percent = fields.percent("max_ejected", base.ejection().maxEjectedPercent());
        fields.done();
        EjectionConfig read = fields.build(() -> new EjectionConfig(failures, baseTime, maxTime, percent));
        return read == null ? base.ejection() : read;
    }

    private ResolveConfig resolve(Fields pool) {
        Fields fields = pool.fields("resolve");
        if (fields == null) {
            return base.resolve();
        }
        ResolveConfig read = new ResolveConfig(
                fields.duration(
                        "interval", ResolveConfig.INTERVAL, base.resolve().interval()),
                fields.choice(
                        "family", ResolveConfig.Family.class, base.resolve().family()),
                fields.duration("timeout", ResolveConfig.TIMEOUT, base.resolve().timeout()),
                fields.list("servers", ResolveConfig::server, base.resolve().servers()),
                fields.flag("hosts_file", base.resolve().hostsFile()));
        fields.done();
        return read;
    }
}
