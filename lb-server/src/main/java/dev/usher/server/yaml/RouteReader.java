package dev.usher.server.yaml;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerType;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code routes}, {@code default_route} and {@code no_sni_route}. */
final class RouteReader {
    private static final String POOL = "pool";
    /** Keys of the file that could pass for server names. */
    private static final Set<String> FALLBACKS = Set.of("default_route", "no_sni_route");

    private final PoolReader pools;
    private final Map<String, ListenerType> listeners;
    private final Problems problems;
    private final Map<String, Place> seen = new HashMap<>();
    private final List<RouteConfig> routes = new ArrayList<>();

    RouteReader(PoolReader pools, Map<String, ListenerType> listeners, Problems problems) {
        this.pools = pools;
        this.listeners = listeners;
        this.problems = problems;
    }

    List<RouteConfig> routes() {
        return routes;
    }

    void read(Fields section) {
        for (Item.Entry entry : section.entries()) {
            if (isGlued(entry)) {
                continue;
            }
            Item item = section.item(entry.key());
            RoutePattern pattern = pattern(entry);
            if (item != null) {
                readRoute(section, pattern, entry, item);
            }
        }
        boolean readsNames = listeners.values().stream().anyMatch(ListenerType::readsNames);
        if (!readsNames && !listeners.isEmpty() && !section.entries().isEmpty()) {
            problems.warning(section.place(), "routes are never used: no listener is of type tls or http");
        }
    }

    /** Reads {@code reject}, {@code close} or the name of a pool. */
    Fallback fallback(Fields root, String key) {
        Item.Scalar scalar = root.scalar(key);
        if (scalar == null) {
            return Fallback.REJECT;
        }
        return switch (scalar.text()) {
            case "reject" -> Fallback.REJECT;
            case "close" -> Fallback.CLOSE;
            default -> {
                if (scalar.text().indexOf(':') >= 0) {
                    problems.error(
                            scalar.place(),
                            key + " takes reject, close or the name of a pool: put the backend into a pool");
                    yield Fallback.REJECT;
                }
                String pool = pools.refer(scalar, key, key);
                yield pool == null ? Fallback.REJECT : Fallback.pool(pool);
            }
        };
    }

    private @Nullable RoutePattern pattern(Item.Entry entry) {
        RoutePattern pattern;
        try {
            pattern = RoutePattern.parse(entry.key());
        } catch (IllegalArgumentException fault) {
            problems.error(entry.place(), "routes: " + fault.getMessage());
            return null;
        }
        Place first = seen.putIfAbsent(pattern.canonical(), entry.place());
        if (first != null) {
            problems.error(entry.place(), "duplicate route \"" + entry.key() + "\", first at " + first);
            return null;
        }
        warn(entry, pattern);
        return pattern;
    }

    /** True if the space after the key is missing, as in {@code {a.example:10.0.0.1:443}}; the fault is then noted. */
    private boolean isGlued(Item.Entry entry) {
        int colon = entry.key().indexOf(':');
        boolean glued = colon > 0
                && entry.value() instanceof Item.Null
                && IpAddress.parse(entry.key()) == null
                && !entry.key().startsWith("://", colon);
        if (glued) {
            problems.error(
                    entry.place(), "a space is missing after the colon: write " + KeyHelp.spaced(entry.key(), colon));
        }
        return glued;
    }

    private void warn(Item.Entry entry, RoutePattern pattern) {
        if (IpAddress.parse(pattern.name()) != null) {
            problems.warning(
                    entry.place(),
                    "route " + entry.key() + ": a client must not send an IP address as the server name (RFC 6066), and"
                            + " hardly any does: no_sni_route takes clients that send no name");
        } else if (FALLBACKS.contains(entry.key())) {
            problems.warning(
                    entry.place(),
                    "routes." + entry.key() + " is read as a server name: " + entry.key() + " stands beside routes, not"
                            + " below it");
        }
    }

    private void readRoute(Fields section, @Nullable RoutePattern pattern, Item.Entry entry, Item item) {
        String called = section.path(entry.key());
        String subject = "route " + entry.key();
        // A faulty pattern brings no pool along, but faults of its value are still noted.
        String bringer = pattern == null ? entry.place().toString() : pattern.text();
        if (!(item instanceof Item.Mapping)) {
            String pool = pools.target(section, item, called, bringer, subject);
            if (pattern != null && pool != null) {
                routes.add(new RouteConfig(pattern, pool, Map.of(), List.of(), List.of(), List.of()));
            }
            return;
        }
        Fields fields = section.fields(item, called, entry.place());
        if (fields == null) {
            return;
        }
        String key = targetKey(fields);
        Item target = fields.item(key);
        String pool = target == null ? null : pools.target(fields, target, fields.path(key), bringer, subject);
        Map<String, String> alpn = alpn(fields, subject);
        List<Cidr> allow = fields.list("allow", Cidr::parse, List.of());
        List<Cidr> deny = fields.list("deny", Cidr::parse, List.of());
        List<String> on = listeners(fields, subject);
        fields.done();
        if (pattern != null && pool != null) {
            routes.add(new RouteConfig(pattern, pool, alpn, allow, deny, on));
        }
    }

    /** The key that leads to backends: {@code pool}, or a synonym, which is then noted. */
    private static String targetKey(Fields route) {
        if (!route.has(POOL)) {
            for (Item.Entry entry : route.entries()) {
                if (KeyHelp.synonym(entry.key(), List.of(POOL)).isPresent()) {
                    route.refuse(
                            entry.key(),
                            "is not a key of a route: pool takes a list of backends as well: pool: [10.0.0.11:443]");
                    return entry.key();
                }
            }
        }
        route.require(POOL);
        return POOL;
    }

    private Map<String, String> alpn(Fields route, String subject) {
        Fields fields = route.fields("alpn");
        Map<String, String> pools = new LinkedHashMap<>();
        if (fields == null) {
            return pools;
        }
        for (Item.Entry entry : fields.entries()) {
            Item.Scalar scalar = fields.scalar(entry.key());
            try {
                HealthCheckReader.protocol(entry.key());
            } catch (IllegalArgumentException fault) {
                problems.error(entry.place(), fields.path() + ": " + fault.getMessage());
                continue;
            }
            String pool = scalar == null ? null : this.pools.refer(scalar, fields.path(entry.key()), subject);
            if (pool != null) {
                pools.put(entry.key(), pool);
            }
        }
        return pools;
    }

    private List<String> listeners(Fields route, String subject) {
        Map<String, Place> names = route.placed("listeners", name -> name);
        names.forEach((name, place) -> checkListener(name, place, subject));
        return List.copyOf(names.keySet());
    }

    private void checkListener(String name, Place place, String subject) {
        ListenerType type = listeners.get(name);
        if (type == null) {
            problems.error(
                    place,
                    subject + " names listener \"" + name + "\", which does not exist"
                            + Suggestion.text(name, listeners.keySet()));
        } else if (!type.readsNames()) {
            problems.error(
                    place, subject + " names listener \"" + name + "\", which is of type tcp and reads no server name");
        }
    }
}
