package dev.usher.server.yaml;

import dev.usher.config.AddressRules;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.Expectation;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.IntRange;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.LoggingConfig;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.PoolSettings;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Setting;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Silent;
import dev.usher.config.SocketRights;
import dev.usher.config.SourceConfig;
import dev.usher.config.Spelling;
import dev.usher.config.Target;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The JSON Schema (draft 2020-12) of the file, out of the configuration's records: keys, types, words, ranges and
 * defaults. Descriptions come from docs/configuration.md. By hand are here only the forms that a reader takes beside a
 * record's own, such as a list of backends in place of a pool.
 */
final class ConfigSchema {
    private static final String SUBSTITUTED = "substituted";
    private static final Map<String, Object> WORD = Map.of("type", "string");

    /** Keys that a mapping must have. A route may be said by a pool alone. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "listener", List.of("bind"),
            "pool", List.of("backends"),
            "backend", List.of("address"),
            "route", List.of("pool"),
            "fallback", List.of("pool"),
            "http_rule", List.of("action"),
            "expectation", List.of("outcome"),
            "silent", List.of("pool"),
            "token", List.of("name", "role", "sha256"),
            "tls", List.of("cert", "key"));

    /** Values that the records alone do not tell, by section and key. */
    private static final Map<String, Map<String, Object>> BY_HAND = Map.ofEntries(
            Map.entry("usher.version", Map.of("const", UsherConfig.VERSION)),
            Map.entry("usher.include", oneOrMore(WORD)),
            Map.entry("usher.listeners", named("listener", true)),
            Map.entry("usher.routes", named("route_value", false)),
            Map.entry("usher.pools", named("pool", true)),
            Map.entry("usher.sources", named("source", true)),
            Map.entry("source.defaults", ref("defaults")),
            Map.entry("source.ports", oneOrMore(integer(HostPort.PORT))),
            Map.entry("source.confirm", noneOr(ref("duration"))),
            Map.entry("usher.defaults", ref("defaults")),
            Map.entry("usher.expect", named("expectation_value", false)),
            Map.entry("usher.default_route", ref("fallback_value")),
            Map.entry("usher.no_sni_route", ref("fallback_value")),
            Map.entry("usher.workers", either(words(List.of("auto")), integer(new IntRange(1, 1024)))),
            Map.entry("usher.admin", noneOr(ref("admin"))),
            Map.entry("listener.routes", named("route_value", false)),
            Map.entry("listener.default_route", ref("fallback_value")),
            Map.entry("listener.no_sni_route", ref("fallback_value")),
            Map.entry("listener.mode", Map.of("type", List.of("string", "integer"))),
            Map.entry("listener.users", WORD),
            Map.entry("listener.pool", ref("backends")),
            Map.entry("not_tls.ssh", ref("backends")),
            Map.entry("not_tls.openvpn", ref("backends")),
            Map.entry("not_tls.other", ref("backends")),
            Map.entry("not_tls.postgres", either(words(List.of(NotTls.Postgres.ROUTE)), ref("postgres"))),
            Map.entry("postgres.cancel", ref("backends")),
            Map.entry("silent.pool", ref("backends")),
            Map.entry("http.redirect", Map.of("enum", HttpConfig.REDIRECTS)),
            Map.entry("http.requests", ref("http_rule_value")),
            Map.entry("http_rule.pool", ref("backends")),
            Map.entry("route.pool", ref("backends")),
            Map.entry("route.http", ref("http_rule_value")),
            Map.entry("route.ports", oneOrMore(integer(HostPort.PORT))),
            Map.entry("pool.backends", ref("backends")),
            Map.entry("pool.health_check", noneOr(ref("health_check"))),
            Map.entry("pool.ejection", noneOr(ref("ejection"))),
            Map.entry("health_check.port", noneOr(integer(HostPort.PORT))),
            Map.entry("health_check.expect", pattern(List.of("string", "integer"), "^[0-9]{3}(-[0-9]{3})?$")),
            Map.entry("token.sha256", pattern(List.of("string"), "^[0-9a-fA-F]{64}$")),
            Map.entry("access_log.output", WORD),
            Map.entry("admin.tls", noneOr(ref("tls"))));

    /** Ranges under another name than their key. */
    private static final Map<String, IntRange> RANGES = Map.of(
            "connections", LimitsConfig.PerClientIp.COUNT,
            "new_per_second", LimitsConfig.PerClientIp.COUNT,
            "burst", LimitsConfig.PerClientIp.COUNT);

    private final KeyDescriptions descriptions = new KeyDescriptions();
    private final Map<String, Object> parts = new LinkedHashMap<>();

    private ConfigSchema() throws IOException {
        parts.put(SUBSTITUTED, pattern(List.of("string"), ""));
        parts.put("flag", pattern(List.of("boolean", "string"), "^(true|false)$"));
        parts.put("duration", pattern(List.of("string"), "^[0-9]{1,15} *(ms|s|m|h|d)$"));
        parts.put("size", pattern(List.of("string"), "^[0-9]{1,15} *(B|KiB|MiB|GiB)$"));
        parts.put("percent", pattern(List.of("string"), "^(100|[0-9]{1,2}) *%$"));
        parts.put("backends", either(WORD, ref("backend"), list(either(WORD, ref("backend")))));
        parts.put("http_rule_value", either(enumeration(HttpRule.Action.class), ref("http_rule")));
        parts.put("route_value", either(WORD, list(either(WORD, ref("backend"))), ref("route")));
        parts.put("expectation_value", either(WORD, ref("expectation"), list(ref("expectation"))));
        parts.put("fallback_value", either(WORD, list(either(WORD, ref("backend"))), ref("fallback")));
    }

    /** The schema as text, with a line feed at its end. */
    static String text() throws IOException {
        return JsonMapper.builder()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .build()
                        .writeValueAsString(new ConfigSchema().root())
                + "\n";
    }

    private Map<String, Object> root() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        root.put("title", "Configuration of usher");
        root.putAll(record("usher", UsherConfig.class, null));
        List<RecordComponent> pool = components(PoolConfig.class);
        parts.put("defaults", object("pool", pool, pool(), Set.of("backends")));
        parts.put("pool", object("pool", pool, pool(), Set.of()));
        parts.put("backend", record("backend", BackendConfig.class, BackendConfig.of(HostPort.parse("any.invalid:1"))));
        List<RecordComponent> route = new ArrayList<>(components(RouteConfig.class));
        route.addAll(components(AddressRules.class));
        parts.put("route", object("route", route, null, Set.of()));
        parts.put("fallback", object("route", route, null, Set.of("listeners")));
        part("listener", ListenerConfig.class, ListenerConfig.DEFAULT);
        parts.computeIfPresent("listener", (_, listener) -> withTypes(listener));
        part("client_hello", ClientHelloConfig.class, ClientHelloConfig.DEFAULT);
        part("not_tls", NotTls.class, null);
        part("postgres", NotTls.Postgres.class, new NotTls.Postgres(NotTls.Postgres.REFUSE));
        part("silent", Silent.class, new Silent("any", Silent.DEFAULT_AFTER));
        part("http", HttpConfig.class, HttpConfig.DEFAULT);
        part("http_rule", HttpRule.class, HttpRule.REDIRECT);
        parts.put("source", record("source", SourceConfig.class, null));
        part("timeouts", TimeoutsConfig.class, TimeoutsConfig.DEFAULT);
        part("health_check", HealthCheckConfig.class, HealthCheckConfig.DEFAULT);
        part("ejection", EjectionConfig.class, EjectionConfig.DEFAULT);
        part("resolve", ResolveConfig.class, ResolveConfig.DEFAULT);
        part("expectation", Expectation.class, Expectation.of(Expectation.REJECT));
        part("limits", LimitsConfig.class, LimitsConfig.DEFAULT);
        part("per_client_ip", LimitsConfig.PerClientIp.class, LimitsConfig.PerClientIp.NO_LIMIT);
        part("shutdown", ShutdownConfig.class, ShutdownConfig.DEFAULT);
        part("reload", ReloadConfig.class, ReloadConfig.DEFAULT);
        part("admin", AdminConfig.class, AdminConfig.DEFAULT);
        part("token", AdminConfig.Token.class, null);
        part("tls", AdminConfig.Tls.class, null);
        part("logging", LoggingConfig.class, LoggingConfig.DEFAULT);
        part("access_log", LoggingConfig.AccessLogConfig.class, LoggingConfig.AccessLogConfig.DEFAULT);
        root.put("$defs", parts);
        return root;
    }

    /** Keys of a listener that only some types have. */
    private static final Map<Predicate<ListenerType>, List<String>> OF_SOME_TYPES = ofSomeTypes();

    private static Map<Predicate<ListenerType>, List<String>> ofSomeTypes() {
        Map<Predicate<ListenerType>, List<String>> keys = new LinkedHashMap<>();
        keys.put(ListenerType::readsHellos, List.of("client_hello"));
        keys.put(ListenerType::speaksTls, List.of("not_tls", "silent", "defer_accept"));
        keys.put(ListenerType::speaksHttp, List.of("http"));
        keys.put(ListenerType::needsPool, List.of("pool"));
        keys.put(ListenerType::asksForPorts, List.of("allow", "users", "sni"));
        keys.put(ListenerType::readsNames, List.of("routes", "default_route", "no_sni_route"));
        return keys;
    }

    /** A listener whose type decides on further keys; TLS is the type of one without. */
    private static Map<String, Object> withTypes(Object listener) {
        Map<String, Object> with = new LinkedHashMap<>();
        ((Map<?, ?>) listener).forEach((key, value) -> with.put(key.toString(), value));
        List<Object> conditions = new ArrayList<>();
        for (ListenerType type : ListenerType.values()) {
            Map<String, Object> refused = new LinkedHashMap<>();
            OF_SOME_TYPES.forEach((has, keys) -> {
                if (!has.test(type)) {
                    keys.forEach(key -> refused.put(key, false));
                }
            });
            Map<String, Object> then = new LinkedHashMap<>();
            then.put("properties", refused);
            if (type.needsPool()) {
                then.put("required", List.of("pool"));
            }
            Map<String, Object> is = new LinkedHashMap<>();
            is.put("properties", Map.of("type", Map.of("const", Spelling.of(type))));
            if (type != ListenerType.TLS) {
                is.put("required", List.of("type"));
            }
            conditions.add(ordered("if", is, "then", then));
        }
        with.put("allOf", conditions);
        return with;
    }

    private static PoolConfig pool() {
        return PoolSettings.DEFAULT.pool("any", List.of(BackendConfig.of(HostPort.parse("any.invalid:1"))));
    }

    private void part(String section, Class<? extends Record> type, @Nullable Record defaults) {
        parts.put(section, record(section, type, defaults));
    }

    private Map<String, Object> record(String section, Class<? extends Record> type, @Nullable Record defaults) {
        return object(section, components(type), defaults, Set.of());
    }

    /** The components with a key, and those of records beside their owner. */
    private static List<RecordComponent> components(Class<?> type) {
        List<RecordComponent> components = new ArrayList<>();
        if (type.isSealed()) {
            Arrays.stream(type.getPermittedSubclasses()).forEach(each -> components.addAll(components(each)));
            return components;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            if (Setting.BESIDE_THEIR_OWNER.contains(component.getType())) {
                components.addAll(components(component.getType()));
            } else if (!YamlKeys.isNoKey(component)) {
                components.add(component);
            }
        }
        return components;
    }

    private Map<String, Object> object(
            String section, List<RecordComponent> components, @Nullable Record defaults, Set<String> without) {
        Map<String, Object> properties = new LinkedHashMap<>();
        if (section.equals("usher")) {
            YamlKeys.OF_THE_READER.stream()
                    .sorted()
                    .forEach(key -> properties.put(key, described(section, key, Map.of(), Optional.empty())));
        }
        for (RecordComponent component : components) {
            String key = Setting.key(component);
            if (!without.contains(key)) {
                properties.put(
                        key, described(section, key, value(section, key, component), defaultOf(defaults, component)));
            }
        }
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", "object");
        object.put("properties", properties);
        object.put("additionalProperties", false);
        List<String> required = REQUIRED.getOrDefault(section, List.of()).stream()
                .filter(properties::containsKey)
                .toList();
        if (!required.isEmpty()) {
            object.put("required", required);
        }
        return object;
    }

    private Map<String, Object> described(
            String section, String key, Map<String, Object> value, Optional<Object> otherwise) {
        Map<String, Object> described = new LinkedHashMap<>();
        descriptions.of(section, key).ifPresent(text -> described.put("description", text));
        described.putAll(value.isEmpty() ? byHand(section, key) : value);
        otherwise.ifPresent(each -> described.put("default", each));
        return described;
    }

    private static Map<String, Object> byHand(String section, String key) {
        Map<String, Object> value = BY_HAND.get(section + "." + key);
        if (value == null) {
            throw new IllegalStateException("no form is known of " + section + "." + key);
        }
        return value;
    }

    private static Map<String, Object> value(String section, String key, RecordComponent component) {
        Map<String, Object> known = BY_HAND.get(section + "." + key);
        if (known != null) {
            return known;
        }
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        Map<String, Object> value = value(key, component, component.getGenericType());
        return nullable ? noneOr(value) : value;
    }

    private static Map<String, Object> value(String key, RecordComponent component, Type type) {
        if (type instanceof ParameterizedType generic) {
            Type inner = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            Map<String, Object> each = value(key, component, inner);
            return generic.getRawType() == List.class
                    ? oneOrMore(each)
                    : ordered("type", "object", "additionalProperties", each);
        }
        Class<?> raw = (Class<?>) type;
        if (raw == boolean.class) {
            return ref("flag");
        }
        if (raw == Duration.class) {
            return ref("duration");
        }
        if (raw == int.class || raw == long.class) {
            return component.getName().endsWith("Percent")
                    ? ref("percent")
                    : key.equals("held_bytes") || component.getName().endsWith("Bytes")
                            ? ref("size")
                            : integer(range(component));
        }
        if (raw.isEnum()) {
            return enumeration(raw);
        }
        String section = YamlKeys.sections().get(raw);
        return raw.isRecord() && section != null ? ref(section) : WORD;
    }

    private static IntRange range(RecordComponent component) {
        String name = Setting.key(component);
        IntRange known = RANGES.get(name);
        if (known != null) {
            return known;
        }
        try {
            return (IntRange) component
                    .getDeclaringRecord()
                    .getField(name.toUpperCase(Locale.ROOT))
                    .get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no range is known of " + component, e);
        }
    }

    /** The default as the file would have it; empty without one, and for mappings, whose keys have their own. */
    private static Optional<Object> defaultOf(@Nullable Record defaults, RecordComponent component) {
        Record owner = defaults == null ? null : owner(defaults, component);
        if (owner == null) {
            return Optional.empty();
        }
        Setting setting = Setting.of(owner).stream()
                .filter(each -> each.key().equals(Setting.key(component)))
                .findFirst()
                .orElseThrow();
        return switch (setting.value()) {
            case null -> component.getType() == Duration.class ? Optional.of("none") : Optional.empty();
            case Boolean flag -> Optional.of(flag);
            case Number number when number.toString().equals(setting.text()) -> Optional.of(number);
            case Number _, Duration _, Enum<?> _, HealthCheckConfig.StatusRange _ -> Optional.of(setting.text());
            default -> Optional.empty();
        };
    }

    /** The record with the component: the default itself, or one beside it. */
    private static @Nullable Record owner(Record defaults, RecordComponent component) {
        boolean beside = component.getDeclaringRecord() == OwnRoutes.class
                || component.getDeclaringRecord() == Target.class
                || component.getDeclaringRecord() == AddressRules.class;
        boolean known = component.getDeclaringRecord() == defaults.getClass()
                || component.getDeclaringRecord() == SocketRights.class
                || component.getDeclaringRecord() == ListenOptions.class
                || component.getDeclaringRecord() == ForwardProxy.class;
        return beside || !known ? null : defaults;
    }

    // ---- forms ----

    private static Map<String, Object> ref(String part) {
        return Map.of("$ref", "#/$defs/" + part);
    }

    @SafeVarargs
    private static Map<String, Object> either(Map<String, Object>... forms) {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Map<String, Object> form : forms) {
            all.add(form);
        }
        return Map.of("anyOf", all);
    }

    private static Map<String, Object> noneOr(Map<String, Object> form) {
        return form.equals(WORD) ? WORD : either(Map.of("const", "none"), form);
    }

    private static Map<String, Object> list(Map<String, Object> each) {
        return ordered("type", "array", "items", each);
    }

    private static Map<String, Object> oneOrMore(Map<String, Object> each) {
        return either(each, list(each));
    }

    /** A mapping with names of the author's. */
    private static Map<String, Object> named(String part, boolean words) {
        Map<String, Object> values = ordered("type", "object", "additionalProperties", ref(part));
        if (words) {
            values.put("propertyNames", Map.of("pattern", "^[a-z0-9_-]{1,64}$"));
        }
        return values;
    }

    /** A text with a pattern, or with a part that is replaced; types beside text are free. */
    private static Map<String, Object> pattern(List<String> types, String pattern) {
        String substituted = "\\$\\{";
        return ordered(
                "type",
                types.size() == 1 ? types.getFirst() : types,
                "pattern",
                pattern.isEmpty() ? substituted : pattern + "|" + substituted);
    }

    private static Map<String, Object> integer(IntRange range) {
        Map<String, Object> number = pattern(List.of("integer", "string"), "^[0-9]+$");
        number.put("minimum", range.min());
        number.put("maximum", range.max());
        return number;
    }

    private static Map<String, Object> enumeration(Class<?> type) {
        return words(Arrays.stream(type.getEnumConstants())
                .map(constant -> Spelling.of((Enum<?>) constant))
                .collect(Collectors.toList()));
    }

    private static Map<String, Object> words(List<String> words) {
        return either(Map.of("enum", words), ref(SUBSTITUTED));
    }

    private static Map<String, Object> ordered(String key, Object value, String next, Object nextValue) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put(key, value);
        map.put(next, nextValue);
        return map;
    }
}
