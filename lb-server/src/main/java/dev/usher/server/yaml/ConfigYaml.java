package dev.usher.server.yaml;

import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.Fallback;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.LimitsConfig.PerClientIp;
import dev.usher.config.ListenerConfig;
import dev.usher.config.LoggingConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Spelling;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * Writes a configuration as YAML, with every default. Hashes of tokens are masked. A pool that a route brings along has
 * the route's name, which a file cannot give to a pool.
 */
public final class ConfigYaml {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .build();
    /** Stands in place of a token's hash. */
    private static final String MASKED = "***";

    private ConfigYaml() {}

    /** Lines, each with a line feed at its end. */
    public static String of(UsherConfig config) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("version", UsherConfig.VERSION);
        root.put("listeners", each(config.listeners(), ConfigYaml::listener));
        root.put("routes", routes(config.routes()));
        root.put("default_route", fallback(config.defaultRoute()));
        root.put("no_sni_route", fallback(config.noSniRoute()));
        root.put("pools", each(config.pools(), ConfigYaml::pool));
        root.put("limits", limits(config));
        root.put("workers", config.workers() == UsherConfig.ONE_WORKER_PER_CORE ? "auto" : config.workers());
        root.put(
                "shutdown",
                keys("drain", time(config.shutdown().drain()))
                        .and("readiness_delay", time(config.shutdown().readinessDelay()))
                        .map());
        root.put(
                "reload",
                keys("watch", config.reload().watch())
                        .and("debounce", time(config.reload().debounce()))
                        .and("poll", time(config.reload().poll()))
                        .and("on_removed_backend", Spelling.of(config.reload().onRemovedBackend()))
                        .map());
        root.put("admin", admin(config.admin()));
        root.put("logging", logging(config.logging()));
        return YAML.writeValueAsString(root);
    }

    private static Map<String, Object> listener(ListenerConfig listener) {
        Keys keys = keys("type", Spelling.of(listener.type())).and("bind", texts(listener.bind()));
        if (listener.type().speaksTls()) {
            keys.and(
                    "client_hello",
                    keys("timeout", time(listener.clientHello().timeout()))
                            .and(
                                    "max_size",
                                    Units.sizeText(listener.clientHello().maxSizeBytes()))
                            .map());
        }
        keys.and("accept_proxy_protocol", Spelling.of(listener.acceptProxyProtocol()))
                .and("trusted_proxies", texts(listener.trustedProxies()))
                .and("max_connections", listener.maxConnections());
        return listener.pool() == null
                ? keys.map()
                : keys.and("pool", listener.pool()).map();
    }

    private static Map<String, Object> routes(List<RouteConfig> routes) {
        Map<String, Object> all = new LinkedHashMap<>();
        for (RouteConfig route : routes) {
            all.put(
                    route.pattern().text(),
                    keys("pool", route.pool())
                            .and("alpn", route.alpn())
                            .and("allow", texts(route.allow()))
                            .and("deny", texts(route.deny()))
                            .and("listeners", route.listeners())
                            .map());
        }
        return all;
    }

    private static String fallback(Fallback fallback) {
        return fallback.pool() == null ? Spelling.of(fallback.action()) : fallback.pool();
    }

    // ---- pools ----

    private static Map<String, Object> pool(PoolConfig pool) {
        return keys(
                        "backends",
                        pool.backends().stream().map(ConfigYaml::backend).toList())
                .and("balance", Spelling.of(pool.balance()))
                .and("timeouts", timeouts(pool.timeouts()))
                .and("retries", pool.retries())
                .and("health_check", healthCheck(pool.healthCheck()))
                .and("ejection", ejection(pool.ejection()))
                .and("slow_start", timeOrNone(pool.slowStart()))
                .and("on_down", Spelling.of(pool.onDown()))
                .and("send_proxy_protocol", Spelling.of(pool.sendProxyProtocol()))
                .and(
                        "resolve",
                        keys("interval", time(pool.resolve().interval()))
                                .and("family", Spelling.of(pool.resolve().family()))
                                .map())
                .map();
    }

    private static Map<String, Object> backend(BackendConfig backend) {
        return keys("address", backend.address().toString())
                .and("weight", backend.weight())
                .and("max_connections", backend.maxConnections())
                .and("backup", backend.backup())
                .map();
    }

    private static Map<String, Object> timeouts(TimeoutsConfig timeouts) {
        return keys("connect", time(timeouts.connect()))
                .and("connect_total", time(timeouts.connectTotal()))
                .and("first_byte", timeOrNone(timeouts.firstByte()))
                .and("idle", time(timeouts.idle()))
                .and("half_closed", time(timeouts.halfClosed()))
                .and("max_lifetime", timeOrNone(timeouts.maxLifetime()))
                .map();
    }

    private static Object healthCheck(HealthCheckConfig check) {
        if (check.type() == HealthCheckConfig.Type.NONE) {
            return "none";
        }
        Keys keys = keys("type", Spelling.of(check.type()))
                .and("interval", time(check.interval()))
                .and("timeout", time(check.timeout()))
                .and("rise", check.rise())
                .and("fall", check.fall())
                .and("jitter", percent(check.jitterPercent()));
        boolean https = check.type() == HealthCheckConfig.Type.HTTPS;
        if (https || check.type() == HealthCheckConfig.Type.TLS) {
            keys.andIfThere("server_name", check.serverName())
                    .and("alpn", check.alpn())
                    .and("verify", check.verify())
                    .andIfThere(
                            "trust_store",
                            check.trustStore() == null
                                    ? null
                                    : check.trustStore().toString())
                    .and("warn_expiry", timeOrNone(check.warnExpiry()));
        }
        if (https) {
            keys.and("path", check.path())
                    .and("method", check.method())
                    .and("expect", check.expect().from() + "-" + check.expect().to());
        }
        return keys.map();
    }

    private static Object ejection(EjectionConfig ejection) {
        return keys("consecutive_failures", ejection.consecutiveFailures())
                .and("base_time", time(ejection.baseTime()))
                .and("max_time", time(ejection.maxTime()))
                .and("max_ejected", percent(ejection.maxEjectedPercent()))
                .map();
    }

    // ---- the program ----

    private static Map<String, Object> limits(UsherConfig config) {
        PerClientIp client = config.limits().perClientIp();
        return keys("max_connections", config.limits().maxConnections())
                .and(
                        "per_client_ip",
                        keys("connections", client.connections())
                                .and("new_per_second", client.newPerSecond())
                                .and("burst", client.burst())
                                .map())
                .and("held_bytes", Units.sizeText(config.limits().heldBytes()))
                .map();
    }

    private static Map<String, Object> admin(AdminConfig admin) {
        return keys("bind", admin.bind() == null ? "none" : admin.bind().toString())
                .and("allowed_hosts", admin.allowedHosts())
                .and(
                        "tokens",
                        admin.tokens().stream()
                                .map(token -> keys("name", token.name())
                                        .and("role", Spelling.of(token.role()))
                                        .and("sha256", MASKED)
                                        .map())
                                .toList())
                .and("tls", tls(admin.tls()))
                .and("read_only", admin.readOnly())
                .map();
    }

    private static Object tls(AdminConfig.@Nullable Tls tls) {
        return tls == null
                ? "none"
                : keys("cert", tls.cert().toString())
                        .and("key", tls.key().toString())
                        .map();
    }

    private static Map<String, Object> logging(LoggingConfig logging) {
        AccessLogConfig access = logging.access();
        return keys("level", Spelling.of(logging.level()))
                .and("format", Spelling.of(logging.format()))
                .and(
                        "access",
                        keys(
                                        "output",
                                        access.file() == null
                                                ? Spelling.of(access.output())
                                                : access.file().toString())
                                .and("format", Spelling.of(access.format()))
                                .and("sample_ok", percent(access.sampleOkPercent()))
                                .and("client_ip", Spelling.of(access.clientIp()))
                                .and("empty", access.empty())
                                .map())
                .map();
    }

    // ---- values ----

    private static <T> Map<String, Object> each(Map<String, T> values, Function<T, Object> text) {
        Map<String, Object> all = new LinkedHashMap<>();
        values.forEach((name, value) -> all.put(name, text.apply(value)));
        return all;
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(Object::toString).toList();
    }

    private static String time(Duration duration) {
        return Units.text(duration);
    }

    private static String timeOrNone(@Nullable Duration duration) {
        return duration == null ? "none" : Units.text(duration);
    }

    private static String percent(int percent) {
        return percent + "%";
    }

    private static Keys keys(String key, Object value) {
        return new Keys().and(key, value);
    }

    /** A mapping under construction; keeps the order of insertion. */
    private static final class Keys {
        private final Map<String, Object> map = new LinkedHashMap<>();

        Keys and(String key, Object value) {
            map.put(key, value);
            return this;
        }

        Keys andIfThere(String key, @Nullable Object value) {
            return value == null ? this : and(key, value);
        }

        Map<String, Object> map() {
            return map;
        }
    }
}
