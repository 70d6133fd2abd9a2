package dev.usher.server.convert.haproxy;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UnixPath;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Remarks;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the options of a {@code server} or {@code default-server} line into a pool. */
final class HaproxyServer {
    /** Options without a value and without a need in usher. */
    private static final Set<String> NOT_NEEDED =
            Set.of("enabled", "no-backup", "no-ssl", "no-check-ssl", "tfo", "stick", "non-stick");

    /** Without a meaning where a server is not checked. */
    private static final Set<String> OF_PROBES =
            Set.of("inter", "rise", "fall", "port", "addr", "check-ssl", "verify", "check-sni");

    /** With a value, and for the whole pool in usher. */
    private static final Set<String> OF_POOL = Set.of(
            "slowstart",
            "inter",
            "rise",
            "fall",
            "port",
            "addr",
            "source",
            "usesrc",
            "tcp-ut",
            "verify",
            "check-sni",
            "on-marked-down");

    private static final Set<String> NOT_NEEDED_VALUE = Set.of("init-addr", "id", "cookie", "guid", "name");
    private static final Set<String> WITH_VALUE = Set.of(
            "resolvers",
            "track",
            "observe",
            "error-limit",
            "on-error",
            "minconn",
            "maxqueue",
            "crt",
            "ca-file",
            "ciphers",
            "ciphersuites",
            "alpn",
            "sni",
            "verifyhost",
            "interface",
            "namespace",
            "redir",
            "agent-port",
            "agent-inter",
            "agent-addr",
            "pool-max-conn",
            "check-proto",
            "proto",
            "proxy-v2-options",
            "socks4",
            "crl-file",
            "ssl-min-ver",
            "ssl-max-ver",
            "resolve-opts",
            "resolve-net",
            "on-marked-up",
            "log-proto",
            "shard",
            "ws",
            "agent-send",
            "check-alpn",
            "check-via-socks4",
            "hash-key",
            "max-reuse",
            "pool-purge-delay",
            "npn");

    private final PoolDraft pool;
    private final Remarks remarks;
    private final HaproxyLine line;
    private int weight = BackendConfig.DEFAULT_WEIGHT;
    private int maxConnections = BackendConfig.NO_LIMIT;
    private boolean backup;
    private boolean disabled;
    private boolean checked;
    /** Options of this server that usher has for a pool alone, each as written. */
    private final Map<String, String> ofPool = new LinkedHashMap<>();

    /** @param like the pool's {@code default-server}; null if missing */
    HaproxyServer(HaproxyLine line, @Nullable HaproxyServer like, PoolDraft pool, Remarks remarks) {
        this.line = line;
        this.pool = pool;
        this.remarks = remarks;
        if (like != null) {
            weight = like.weight;
            maxConnections = like.maxConnections;
            backup = like.backup;
            disabled = like.disabled;
            checked = like.checked;
            ofPool.putAll(like.ofPool);
        }
        options(line.from(line.first().equals("server") ? 3 : 1).iterator());
    }

    boolean checked() {
        return checked;
    }

    /** Options that usher has for a pool alone, by name; those of probes only where the server is checked. */
    Map<String, String> ofPool() {
        Map<String, String> valid = new LinkedHashMap<>(ofPool);
        if (checked) {
            valid.put("check", "check");
        } else {
            valid.keySet().removeAll(OF_PROBES);
        }
        return valid;
    }

    /** The backend; null if usher cannot have the backend. */
    @Nullable
    BackendConfig backend() {
        Address address = remarks.tried(line.statement(), () -> HaproxyValue.server(line.word(2)));
        if (address instanceof UnixPath && pool.probe().verifiesHost()) {
            remarks.changed(
                    line.statement(),
                    "a unix socket has no name: probes do not verify the certificate, unless health_check.server_name is given");
        }
        int share = Math.max(weight, BackendConfig.WEIGHT.min());
        return address == null ? null : new BackendConfig(address, share, maxConnections, backup);
    }

    /** Whether the balance leaves the server out. */
    boolean rests() {
        return weight == 0 || disabled;
    }

    private void options(Iterator<String> options) {
        while (options.hasNext()) {
            String option = options.next();
            try {
                if (!take(option, options)) {
                    remark(option, options);
                }
            } catch (IllegalArgumentException fault) {
                remarks.leftOut(line.statement(), option + ": " + fault.getMessage());
            }
        }
    }

    private boolean take(String option, Iterator<String> values) {
        switch (option) {
            case "check" -> checked = true;
            case "no-check" -> checked = false;
            case "backup" -> backup = true;
            case "disabled" -> disabled = true;
            case "weight" -> weight = weight(value(values));
            case "maxconn" -> maxConnections = HaproxyValue.number(value(values));
            case "resolve-prefer" -> family(value(values));
            default -> {
                return takeForPool(option, values);
            }
        }
        return true;
    }

    private boolean takeForPool(String option, Iterator<String> values) {
        switch (option) {
            case "send-proxy" -> proxyProtocol(SendProxyProtocol.V1, option);
            case "send-proxy-v2", "send-proxy-v2-ssl", "send-proxy-v2-ssl-cn" ->
                proxyProtocol(SendProxyProtocol.V2, "send-proxy-v2");
            case "check-ssl" -> checkTls();
            default -> {
                return OF_POOL.contains(option) && takeForPool(option, value(values));
            }
        }
        return true;
    }

    private boolean takeForPool(String option, String value) {
        switch (option) {
            case "slowstart" -> pool.slowStart(HaproxyValue.time(value, PoolConfig.SLOW_START));
            case "inter" -> pool.probe().interval(HaproxyValue.time(value, HealthCheckConfig.INTERVAL));
            case "rise" -> pool.probe().rise(HaproxyValue.number(value));
            case "fall" -> pool.probe().fall(HaproxyValue.number(value));
            case "port" -> {
                int port = HaproxyValue.number(value);
                checkSingle(pool.probe().port(), port);
                pool.probe().port(line.statement(), port);
            }
            case "addr" -> {
                String address = HealthCheckConfig.checkAddress(value);
                checkSingle(pool.probe().address(), address);
                pool.probe().address(line.statement(), address);
            }
            case "source" -> {
                if (HaproxyValue.isAnyAddress(value)) {
                    return true;
                }
                SourceAddress source = SourceAddress.parse(value);
                checkSingle(pool.source(), source);
                pool.source(line.statement(), source);
            }
            case "usesrc" -> HaproxyPool.useClient(line, value, pool, remarks);
            case "tcp-ut" -> pool.tcpUserTimeout(HaproxyValue.time(value, TimeoutsConfig.TCP_USER_TIMEOUT));
            case "verify" -> pool.probe().verify(!value.equals("none"));
            case "check-sni" -> pool.probe().serverName(value);
            case "on-marked-down" -> onDown(value);
            default -> throw new IllegalStateException(option);
        }
        ofPool.put(option, option + " " + value);
        return true;
    }

    private void proxyProtocol(SendProxyProtocol version, String written) {
        pool.sendProxyProtocol(version);
        ofPool.put("send-proxy", written);
    }

    private static void checkSingle(@Nullable Object first, Object value) {
        if (first != null && !first.equals(value)) {
            throw new IllegalArgumentException(value + ": a pool has a single one in usher, here " + first);
        }
    }

    private int weight(String text) {
        int number = HaproxyValue.number(text);
        return number == 0 ? 0 : BackendConfig.WEIGHT.check(number, "weight");
    }

    private void checkTls() {
        pool.probe()
                .type(
                        pool.probe().type() == HealthCheckConfig.Type.HTTPS
                                ? HealthCheckConfig.Type.HTTPS
                                : HealthCheckConfig.Type.TLS);
        ofPool.put("check-ssl", "check-ssl");
    }

    private void onDown(String action) {
        if (!action.equals("shutdown-sessions")) {
            throw new IllegalArgumentException(action + ": usher has on_down: close or keep");
        }
        pool.onDown(PoolConfig.OnDown.CLOSE);
    }

    /** Prefers a family in HAProxy; usher prefers addresses with answers. */
    private void family(String family) {
        ResolveConfig.Family only = family.equals("ipv6") ? ResolveConfig.Family.IPV6 : ResolveConfig.Family.IPV4;
        pool.family(only);
        remarks.changed(
                line.statement(),
                "resolve-prefer " + family + " is resolve: { family } here: no other address is used");
    }

    private void remark(String option, Iterator<String> values) {
        if (NOT_NEEDED_VALUE.contains(option) && values.hasNext()) {
            remarks.notNeeded(line.statement(), option + " " + values.next() + ": usher has no need of the option");
        } else if (NOT_NEEDED.contains(option)) {
            remarks.notNeeded(line.statement(), option + ": usher has no need of the option");
        } else {
            String value = WITH_VALUE.contains(option) && values.hasNext() ? " " + values.next() : "";
            remarks.leftOut(line.statement(), option + value + ": " + reason(option, values));
        }
    }

    private static String reason(String option, Iterator<String> values) {
        return switch (option) {
            case "ssl" -> "usher passes TLS on and makes none of its own: the backend gets the client's bytes";
            case "resolvers" -> "usher asks the system's name servers";
            case "agent-check" -> "usher asks no agents";
            case "fastinter", "downinter" -> {
                String value = value(values);
                yield value + ": usher has one interval";
            }
            case "minconn", "maxqueue" -> "usher has no queue";
            case "observe", "error-limit", "on-error" -> "usher ejects by failed sessions: see ejection";
            case "track" -> "usher checks each backend itself";
            default -> "usher has no such option";
        };
    }

    private static String value(Iterator<String> values) {
        if (!values.hasNext()) {
            throw new IllegalArgumentException("a value is missing");
        }
        return values.next();
    }
}
