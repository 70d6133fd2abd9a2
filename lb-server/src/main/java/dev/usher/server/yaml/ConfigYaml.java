package dev.usher.server.yaml;

import dev.usher.config.AdminConfig;
import dev.usher.config.Fallback;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.config.NotTls;
import dev.usher.config.PoolConfig;
import dev.usher.config.PoolSettings;
import dev.usher.config.RouteConfig;
import dev.usher.config.Setting;
import dev.usher.config.SourceConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.io.Writer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/**
 * Writes a configuration as YAML, with every default: each setting that a file may have. Hashes of tokens are masked. A
 * pool that a route brings along has the route's name, which a file cannot give to a pool.
 */
public final class ConfigYaml {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .build();
    /** Stands in place of a token's hash. */
    private static final String MASKED = "***";

    /** Ends a text that is cut. */
    public static final String CUT = "\n# The rest is not shown here.\n";

    private ConfigYaml() {}

    /** Lines, each with a line feed at its end. */
    public static String of(UsherConfig config) {
        return text(root(config));
    }

    private static Map<String, Object> root(UsherConfig config) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("version", UsherConfig.VERSION);
        root.putAll(mapping(config));
        return root;
    }

    /** Same as {@link #of}, cut after {@code most} characters: the text of 100,000 routes has 40 MB. */
    public static String start(UsherConfig config, int most) {
        StartWriter start = new StartWriter(most);
        try {
            YAML.writeValue(start, root(config));
            return start.toString();
        } catch (JacksonException e) {
            if (!start.full) {
                throw e;
            }
            return start + CUT;
        }
    }

    /** Takes the first characters, and refuses the rest. */
    private static final class StartWriter extends Writer {
        private final StringBuilder taken = new StringBuilder();
        private final int most;
        private boolean full;

        StartWriter(int most) {
            this.most = most;
        }

        @Override
        public void write(char[] text, int from, int length) throws IOException {
            int room = most - taken.length();
            taken.append(text, from, Math.min(room, length));
            if (room < length) {
                full = true;
                throw new IOException("full");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public String toString() {
            return taken.toString();
        }
    }

    /** Mappings, lists and values as YAML. */
    static String text(Map<String, Object> tree) {
        return YAML.writeValueAsString(tree);
    }

    /** The settings of a record that a file may have, by key. */
    static Map<String, Object> mapping(Record record) {
        Map<String, Object> keys = new LinkedHashMap<>();
        for (Setting setting : Setting.of(record)) {
            if (isWritten(record, setting)) {
                keys.put(setting.key(), value(record, setting));
            }
        }
        return keys;
    }

    /** True if a file may have the key in this mapping. */
    private static boolean isWritten(Record record, Setting setting) {
        String key = setting.key();
        return switch (record) {
            case PoolConfig pool ->
                switch (key) {
                    case "name" -> false; // the key of the pool itself
                    case "to", "deny_to" -> pool.isTemplate();
                    case "origin" -> pool.origin() != null; // no key of a file: a file has no such pool
                    case "refused" -> pool.refusedPercent() > 0; // the same
                    default -> true;
                };
            case RouteConfig route ->
                switch (key) {
                    case "pattern" -> false; // the key of the route itself
                    case "ports" -> !route.target().hasUsualPorts();
                    default -> setting.value() != null; // what the listener says
                };
            case Target target -> !key.equals("ports") || !target.hasUsualPorts();
            case HttpRule rule ->
                switch (key) {
                    case "pool" -> rule.pool() != null;
                    case "websocket" -> rule.action() == HttpRule.Action.FORWARD;
                    default -> true;
                };
            case NotTls _ -> setting.value() != null; // null refuses the protocol
            case AccessLogConfig _ -> !key.equals("file"); // said by `output`
            case ListenerConfig listener ->
                switch (key) {
                    case "name" -> false;
                    case "mode" -> listener.hasSocketFile();
                    case "owner" -> setting.value() != null;
                    case "defer_accept" -> listener.type().speaksTls() && listener.hasTcpAddress();
                    case "freebind", "tcp_user_timeout" -> listener.hasTcpAddress();
                    case "client_hello" -> listener.type().readsHellos();
                    case "allow" -> !listener.forwardProxy().allow().isEmpty();
                    case "users" -> listener.forwardProxy().users() != null;
                    case "sni" -> listener.type().asksForPorts();
                    case "silent" -> setting.value() != null;
                    case "not_tls" -> !listener.notTls().isNone();
                    case "http" -> listener.type().speaksHttp();
                    case "pool" -> listener.type().needsPool();
                    case "routes" -> !listener.own().routes().isEmpty();
                    case "default_route", "no_sni_route" -> setting.value() != null;
                    default -> true;
                };
            case HealthCheckConfig check ->
                switch (key) {
                    case "port", "address" -> setting.value() != null;
                    case "server_name" ->
                        (check.type().shakesHands() || check.type().asks()) && setting.value() != null;
                    case "trust_store" -> check.type().shakesHands() && setting.value() != null;
                    case "alpn", "verify", "warn_expiry" -> check.type().shakesHands();
                    case "path", "method", "expect" -> check.type().asks();
                    default -> true;
                };
            case UsherConfig config ->
                !key.equals("sources") || !config.sources().isEmpty();
            case SourceConfig _ ->
                switch (key) {
                    case "name" -> false; // the key of the source itself
                    case "confirm" -> true;
                    default -> setting.value() != null;
                };
            case PoolSettings _ -> !key.equals("to") && !key.equals("deny_to"); // beside `type`
            default -> true;
        };
    }

    private static Object value(Record record, Setting setting) {
        return switch (record) {
            case UsherConfig config when setting.key().equals("routes") -> routes(config.routes(), Set.of());
            case ListenerConfig listener
            when setting.key().equals("routes") -> routes(listener.own().routes(), Set.of("listeners"));
            case AdminConfig.Token _ when setting.key().equals("sha256") -> MASKED;
            case AccessLogConfig access
            when setting.key().equals("output") && access.file() != null ->
                access.file().toString();
            default -> value(setting, setting.value());
        };
    }

    private static Map<String, Object> fallback(Target target, @Nullable HttpRule http) {
        Map<String, Object> keys = mapping(target);
        if (http != null) {
            keys.put("http", mapping(http));
        }
        return keys;
    }

    private static Map<String, Object> routes(List<RouteConfig> routes, Set<String> without) {
        Map<String, Object> byPattern = new LinkedHashMap<>();
        for (RouteConfig route : routes) {
            Map<String, Object> keys = mapping(route);
            keys.keySet().removeAll(without);
            byPattern.put(route.pattern().text(), keys);
        }
        return byPattern;
    }

    /** The value of a setting, or of an entry in a setting's list or mapping. */
    private static Object value(Setting setting, @Nullable Object value) {
        return switch (value) {
            case HealthCheckConfig check when check.type() == HealthCheckConfig.Type.NONE -> "none";
            case Fallback(Fallback.Action _, Target target, HttpRule http)
            when target != null -> target.hasConditions() || http != null ? fallback(target, http) : target.pool();
            case Record record when Setting.isMapping(record) -> mapping(record);
            case List<?> list -> list.stream().map(each -> value(setting, each)).toList();
            case Map<?, ?> map -> {
                Map<String, Object> values = new LinkedHashMap<>();
                map.forEach((key, each) -> values.put(key.toString(), value(setting, each)));
                yield values;
            }
            case Boolean truth -> truth;
            case Number number when number.toString().equals(setting.text()) -> number;
            case null, default -> new Setting(setting.key(), setting.unit(), value).text();
        };
    }
}
