package dev.usher.server.yaml;

import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.LoggingConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.Spelling;
import dev.usher.config.UsherConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a configuration as people write YAML: settings with usher's default are left out, settings of most
 * pools stand in {@code defaults}, and backends stand in the route where no second place needs the pool.
 *
 * <p>The file reads back as the same configuration, but a pool in a route has the route's name.
 */
public final class BriefYaml {
    private static final String LISTENERS = "listeners";
    private static final String ROUTES = "routes";
    private static final List<String> FALLBACKS = List.of("default_route", "no_sni_route");
    private static final String POOLS = "pools";
    private static final String BACKENDS = "backends";
    private static final String POOL = "pool";
    private static final String TYPE = "type";
    private static final HostPort ANY = new HostPort("any.invalid", 1);

    private final Map<String, Object> tree;
    private final Map<String, Object> usual = usualPool();
    private final Map<String, Map<String, Object>> pools = new LinkedHashMap<>();
    private final Map<String, Object> backends = new LinkedHashMap<>();
    /** Pools whose clients name the backend. Their settings are no example for other pools. */
    private final Set<String> templates = new HashSet<>();

    private BriefYaml(UsherConfig config) {
        tree = ConfigYaml.mapping(config);
        section(tree, POOLS).forEach((name, value) -> {
            Map<String, Object> pool = new LinkedHashMap<>(asMapping(value));
            backends.put(name, brief(asList(Objects.requireNonNull(pool.remove(BACKENDS)))));
            if (Objects.requireNonNull(config.pools().get(name)).isTemplate()) {
                pool.remove("health_check"); // of such backends there is none
                pool.values().removeIf(List.of()::equals);
                templates.add(name);
            }
            pools.put(name, pool);
        });
    }

    /** Lines, each with a line feed at the end. */
    public static String of(UsherConfig config) {
        return ConfigYaml.text(new BriefYaml(config).brief());
    }

    private Map<String, Object> brief() {
        Map<String, Object> brief = new LinkedHashMap<>();
        Map<String, Object> defaults = shared();
        put(brief, LISTENERS, listeners());
        put(brief, ROUTES, routes(section(tree, ROUTES)));
        Map<String, Object> without = new LinkedHashMap<>(tree);
        List.of(LISTENERS, ROUTES, POOLS).forEach(without::remove);
        brief.putAll(difference(without, ConfigYaml.mapping(usualConfig())));
        FALLBACKS.forEach(key -> brief.computeIfPresent(key, (_, value) -> target(value)));
        put(brief, "defaults", difference(defaults, usual));
        put(brief, POOLS, poolsBeside(defaults, brief));
        return brief;
    }

    // ---- pools ----

    /** The settings of most pools; usher's own where a pool could not take a setting back. */
    private Map<String, Object> shared() {
        Map<Map<String, Object>, Long> counts = pools.entrySet().stream()
                .filter(pool -> !templates.contains(pool.getKey()))
                .map(Map.Entry::getValue)
                .collect(Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()));
        long most = counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue() == most && most > 1)
                .map(Map.Entry::getKey)
                .filter(this::canBeDefaults)
                .findFirst()
                .orElse(usual);
    }

    /** A pool takes a key back from the defaults by a value of the pool's own, so each pool needs each of the keys. */
    private boolean canBeDefaults(Map<String, Object> settings) {
        return pools.values().stream()
                .allMatch(pool -> settings.entrySet().stream()
                        .allMatch(entry -> !(entry.getValue() instanceof Map<?, ?> mapping)
                                || !(pool.get(entry.getKey()) instanceof Map<?, ?> own)
                                || own.keySet().containsAll(mapping.keySet())));
    }

    /** Pools with a place of their own; moves the backends of the rest into routes and listeners. */
    private Map<String, Object> poolsBeside(Map<String, Object> defaults, Map<String, Object> brief) {
        Map<String, Object> beside = new LinkedHashMap<>();
        Map<String, Integer> uses = new HashMap<>();
        count(brief, uses);
        pools.forEach((name, settings) -> {
            Map<String, Object> own = difference(settings, defaults);
            if (!own.isEmpty() || uses.getOrDefault(name, 0) != 1) {
                beside.put(name, own);
            }
        });
        Set<String> moved = new HashSet<>();
        Set<String> staying = Set.copyOf(beside.keySet());
        moveInto(section(brief, ROUTES), staying, moved);
        moveInto(brief, FALLBACKS, staying, moved);
        section(brief, LISTENERS).forEach((name, value) -> {
            Map<String, Object> listener = asMapping(value);
            moveInto(section(listener, ROUTES), staying, moved);
            moveInto(listener, FALLBACKS, staying, moved);
            moveInto(section(listener, "not_tls"), staying, moved);
            moveInto(listener, List.of("silent"), staying, moved);
            boolean free = !pools.containsKey(name) || name.equals(listener.get(POOL));
            moveInto(listener, free ? List.of(POOL) : List.of(), staying, moved);
        });
        pools.keySet().stream()
                .filter(name -> !moved.contains(name))
                .forEach(name -> beside.putIfAbsent(name, Map.of()));
        beside.replaceAll((name, own) -> {
            Map<String, Object> pool = new LinkedHashMap<>();
            pool.put(BACKENDS, Objects.requireNonNull(backends.get(name)));
            pool.putAll(asMapping(own));
            return pool;
        });
        return beside;
    }

    /** Counts each word of the tree, names of pools among them. */
    private static void count(Object value, Map<String, Integer> uses) {
        switch (value) {
            case Map<?, ?> mapping -> mapping.values().forEach(each -> count(each, uses));
            case List<?> list -> list.forEach(each -> count(each, uses));
            default -> uses.merge(value.toString(), 1, Integer::sum);
        }
    }

    private void moveInto(Map<String, Object> entries, Set<String> staying, Set<String> moved) {
        moveInto(entries, List.copyOf(entries.keySet()), staying, moved);
    }

    /** Puts backends in place of the names of pools, but for pools with a place of their own. */
    private void moveInto(Map<String, Object> entries, List<String> keys, Set<String> staying, Set<String> moved) {
        keys.forEach(key -> entries.computeIfPresent(key, (_, value) -> {
            boolean longForm = value instanceof Map<?, ?>;
            Object pool = longForm ? asMapping(value).get(POOL) : value;
            if (!(pool instanceof String name) || staying.contains(name) || !backends.containsKey(name)) {
                return value;
            }
            moved.add(name);
            if (longForm) {
                asMapping(value).put(POOL, inline(name));
            }
            return longForm ? value : inline(name);
        }));
    }

    private Object inline(String pool) {
        return shortened(asList(Objects.requireNonNull(backends.get(pool))));
    }

    private static List<Object> brief(List<Object> backends) {
        Map<String, Object> usualBackend = ConfigYaml.mapping(BackendConfig.of(ANY));
        return backends.stream()
                .map(backend -> {
                    Map<String, Object> own = difference(asMapping(backend), usualBackend);
                    return own.size() == 1 ? Objects.requireNonNull(own.get("address")) : own;
                })
                .toList();
    }

    // ---- listeners and routes ----

    private Map<String, Object> listeners() {
        Map<String, Object> listeners = new LinkedHashMap<>();
        section(tree, LISTENERS).forEach((name, value) -> {
            Map<String, Object> own = difference(asMapping(value), usualListener(asMapping(value)));
            own.computeIfPresent("bind", (_, bind) -> shortened(asList(bind)));
            own.computeIfPresent(ROUTES, (_, routes) -> routes(asMapping(routes)));
            FALLBACKS.forEach(key -> own.computeIfPresent(key, (_, fallback) -> target(fallback)));
            listeners.put(name, own);
        });
        String usualName = ListenerConfig.DEFAULT.name();
        boolean usual = listeners.equals(Map.of(usualName, Map.of("bind", ":443")));
        return usual ? Map.of() : listeners;
    }

    private static Map<String, Object> routes(Map<String, Object> whole) {
        Map<String, Object> routes = new LinkedHashMap<>();
        whole.forEach((pattern, value) -> routes.put(pattern, target(value)));
        return routes;
    }

    /** A target without empty conditions; a pool alone is a single word. */
    private static Object target(Object whole) {
        if (!(whole instanceof Map<?, ?>)) {
            return whole;
        }
        Map<String, Object> target = new LinkedHashMap<>(asMapping(whole));
        target.values().removeIf(each -> each.equals(List.of()) || each.equals(Map.of()));
        return target.size() == 1 ? target.values().iterator().next() : target;
    }

    // ---- usher's defaults, as a file would have them ----

    private static Map<String, Object> usualPool() {
        Map<String, Object> pool =
                new LinkedHashMap<>(ConfigYaml.mapping(PoolConfig.of("usual", List.of(BackendConfig.of(ANY)))));
        pool.remove(BACKENDS);
        return pool;
    }

    /** The settings of a listener of the same type; the type itself is usual only for TLS. */
    private static Map<String, Object> usualListener(Map<String, Object> listener) {
        ListenerConfig tls = ListenerConfig.tls("usual", List.of(ANY));
        Map<String, Object> usual = new LinkedHashMap<>(ConfigYaml.mapping(tls));
        if (type(listener).speaksHttp()) {
            usual.putAll(ConfigYaml.mapping(ListenerConfig.http("usual", List.of(ANY))));
            usual.put(TYPE, Spelling.of(ListenerType.TLS));
        }
        if (type(listener).asksForPorts()) {
            usual.put("sni", Spelling.of(ForwardProxy.DEFAULT.sni()));
        }
        usual.remove("bind");
        return usual;
    }

    private static ListenerType type(Map<String, Object> listener) {
        return Stream.of(ListenerType.values())
                .filter(type -> Spelling.of(type).equals(listener.get(TYPE)))
                .findFirst()
                .orElseThrow();
    }

    private static UsherConfig usualConfig() {
        return UsherConfig.of(
                        List.of(ListenerConfig.tcp("usual", List.of(ANY), POOL)),
                        List.of(),
                        List.of(PoolConfig.of(POOL, List.of(BackendConfig.of(ANY)))))
                .withAdmin(AdminConfig.DEFAULT)
                .withLogging(LoggingConfig.DEFAULT);
    }

    // ---- trees ----

    /** The keys of {@code value} with a difference from {@code base}. */
    private static Map<String, Object> difference(Map<String, Object> value, Map<String, Object> base) {
        Map<String, Object> own = new LinkedHashMap<>();
        value.forEach((key, each) -> {
            Object difference = difference(key, each, base.get(key));
            if (difference != null) {
                own.put(key, difference);
            }
        });
        return own;
    }

    private static @Nullable Object difference(String key, Object value, @Nullable Object base) {
        if (value.equals(base)) {
            return null;
        }
        if (!(value instanceof Map<?, ?>)) {
            return value;
        }
        return key.equals("health_check")
                ? probe(asMapping(value), base)
                : difference(asMapping(value), base instanceof Map<?, ?> ? asMapping(base) : Map.of());
    }

    /** A probe's own keys. Keys unknown to the base's type have usher's defaults. */
    private static Map<String, Object> probe(Map<String, Object> value, @Nullable Object base) {
        Map<String, Object> every = new LinkedHashMap<>();
        for (HealthCheckConfig.Type type : HealthCheckConfig.Type.values()) {
            every.putAll(ConfigYaml.mapping(HealthCheckConfig.DEFAULT.withType(type)));
        }
        every.remove(TYPE);
        if (base instanceof Map<?, ?>) {
            every.putAll(asMapping(base));
        }
        return difference(value, every);
    }

    private static void put(Map<String, Object> tree, String key, Map<String, Object> section) {
        if (!section.isEmpty()) {
            tree.put(key, section);
        }
    }

    private static Object shortened(List<Object> values) {
        return values.size() == 1 && !(values.getFirst() instanceof Map<?, ?>) ? values.getFirst() : values;
    }

    private static Map<String, Object> section(Map<String, Object> tree, String key) {
        Object section = tree.get(key);
        return section == null ? new LinkedHashMap<>() : asMapping(section);
    }

    @SuppressWarnings("unchecked") // the tree is made of such mappings only
    private static Map<String, Object> asMapping(Object value) {
        return (Map<String, Object>) value;
    }

    @SuppressWarnings("unchecked") // the tree is made of such lists only
    private static List<Object> asList(Object value) {
        return (List<Object>) value;
    }
}
