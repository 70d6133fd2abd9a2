package dev.usher.server.yaml;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.HttpRule;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerType;
import dev.usher.config.PlainPools;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads {@code routes}, {@code default_route} and {@code no_sni_route}, of the file or of a listener. */
final class RouteReader {
    private static final String POOL = "pool";
    /** Keys of the file that could pass for server names. */
    private static final Set<String> FALLBACKS = Set.of("default_route", "no_sni_route");

    private final PoolReader pools;
    /** Listeners that a route may name; empty for the routes of a listener. */
    private final Map<String, ListenerType> listeners;
    /** The listener with these routes; null for the routes of the file. */
    private final @Nullable String listener;

    private final Problems problems;
    private final Map<String, Place> seen = new HashMap<>();
    private final List<RouteConfig> routes = new ArrayList<>();

    private RouteReader(
            PoolReader pools, Map<String, ListenerType> listeners, @Nullable String listener, Problems problems) {
        this.pools = pools;
        this.listeners = listeners;
        this.listener = listener;
        this.problems = problems;
    }

    static RouteReader ofFile(PoolReader pools, Map<String, ListenerType> listeners, Problems problems) {
        return new RouteReader(pools, listeners, null, problems);
    }

    static RouteReader ofListener(PoolReader pools, String listener, Problems problems) {
        return new RouteReader(pools, Map.of(), listener, problems);
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
            RoutePattern pattern = pattern(section, entry);
            if (item != null) {
                readRoute(section, pattern, entry, item);
            }
        }
        boolean readsNames = listeners.values().stream().anyMatch(ListenerType::readsNames);
        if (!readsNames && !listeners.isEmpty() && !section.entries().isEmpty()) {
            problems.warning(section.place(), "routes are never used: no listener is of a type that reads names");
        }
    }

    /** Reads {@code reject}, {@code close}, or the value of a route; null when the key is absent or faulty. */
    @Nullable
    Fallback fallback(Fields section, String key) {
        Item item = section.item(key);
        if (item instanceof Item.Scalar word && word.text().equals("reject")) {
            return Fallback.REJECT;
        }
        if (item instanceof Item.Scalar word && word.text().equals("close")) {
            return Fallback.CLOSE;
        }
        if (item == null) {
            return null;
        }
        Owner owner = new Owner(section.path(key), section.keyPlace(key), owned(key), subject(key));
        List<HttpRule> http = new ArrayList<>();
        Target target = target(section, item, owner, fields -> {
            fields.refuse("listeners", "has no meaning: a listener may have its own " + key);
            if (key.equals("default_route")) {
                forward(fields, owner).ifPresent(http::add);
            } else {
                fields.refuse("http", "has no meaning: a request without TLS needs a host");
            }
        });
        return target == null
                ? null
                : new Fallback(Fallback.Action.POOL, target, http.isEmpty() ? null : http.getFirst());
    }

    /** The treatment of requests in a default; empty if absent or faulty. */
    private Optional<HttpRule> forward(Fields fields, Owner owner) {
        Optional<HttpRule> rule = http(fields, owner);
        if (rule.isPresent() && rule.get().action() != HttpRule.Action.FORWARD) {
            fields.refuseValue("http", "must be forward: a redirect for any name would lead anywhere");
            return Optional.empty();
        }
        return rule;
    }

    /** The name of the pool made of backends in a route or default. */
    private String owned(String name) {
        return listener == null ? name : name + "@" + listener;
    }

    private String subject(String name) {
        return listener == null ? name : name + " of listener " + listener;
    }

    private @Nullable RoutePattern pattern(Fields section, Item.Entry entry) {
        RoutePattern pattern;
        try {
            pattern = RoutePattern.parse(entry.key());
        } catch (IllegalArgumentException fault) {
            problems.error(entry.place(), section.path() + ": " + fault.getMessage());
            return null;
        }
        Place first = seen.putIfAbsent(pattern.canonical(), entry.place());
        if (first != null) {
            problems.error(
                    entry.place(), "duplicate " + subject("route \"" + entry.key() + "\"") + ", first at " + first);
            return null;
        }
        warn(section, entry, pattern);
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

    private void warn(Fields section, Item.Entry entry, RoutePattern pattern) {
        boolean asked = listeners.values().stream().anyMatch(ListenerType::asksForPorts);
        if (IpAddress.parse(pattern.name()) != null && !asked) {
            problems.warning(
                    entry.place(),
                    "route " + entry.key() + ": a client must not send an IP address as the server name (RFC 6066), and"
                            + " hardly any does: no_sni_route takes clients that send no name");
        } else if (FALLBACKS.contains(entry.key())) {
            problems.warning(
                    entry.place(),
                    section.path(entry.key()) + " is read as a server name: " + entry.key()
                            + " stands beside routes, not" + " below it");
        }
    }

    private void readRoute(Fields section, @Nullable RoutePattern pattern, Item.Entry entry, Item item) {
        // A faulty pattern brings no pool along, but faults of its value are still noted.
        String bringer = pattern == null ? entry.place().toString() : owned(pattern.text());
        Owner route = new Owner(section.path(entry.key()), entry.place(), bringer, subject("route " + entry.key()));
        List<String> on = new ArrayList<>();
        List<HttpRule> http = new ArrayList<>();
        Target target = target(section, item, route, fields -> {
            on.addAll(listeners(fields, route.subject()));
            http(fields, route).ifPresent(http::add);
        });
        if (pattern != null && target != null) {
            routes.add(new RouteConfig(pattern, target, on, http.isEmpty() ? null : http.getFirst()));
        }
    }

    /**
     * A route or default, as the owner of a target.
     *
     * @param called path, for example {@code routes.www.example.com}
     * @param bringer name for the pool made of the backends
     * @param subject name in a sentence, for example "route www.example.com"
     */
    private record Owner(String called, Place place, String bringer, String subject) {}

    /**
     * The pool with its conditions; null after a fault of the pool, which is noted.
     *
     * @param more reads the owner's further keys in the long form
     */
    private @Nullable Target target(Fields section, Item item, Owner owner, Consumer<Fields> more) {
        if (!(item instanceof Item.Mapping)) {
            String pool = pools.target(section, item, owner.called(), owner.bringer(), owner.subject());
            return pool == null ? null : Target.of(pool);
        }
        Fields fields = section.fields(item, owner.called(), owner.place());
        if (fields == null) {
            return null;
        }
        String key = targetKey(fields);
        Item target = fields.item(key);
        String pool = target == null
                ? null
                : pools.targetWithRules(fields, target, fields.path(key), owner.bringer(), owner.subject());
        Map<String, String> alpn = alpn(fields, owner.subject());
        List<Cidr> allow = fields.list("allow", Cidr::parse, List.of());
        List<Cidr> deny = fields.list("deny", Cidr::parse, List.of());
        List<Integer> ports = ports(fields);
        more.accept(fields);
        fields.done();
        return pool == null ? null : new Target(pool, alpn, allow, deny, ports);
    }

    private Optional<HttpRule> http(Fields fields, Owner route) {
        boolean useless = listener == null && listeners.values().stream().noneMatch(ListenerType::passesRequests);
        if (useless && fields.has("http")) {
            problems.warning(
                    fields.keyPlace("http"),
                    fields.path("http") + " is never used: no listener is of type http or connect");
        }
        return new HttpRuleReader(pools, problems, pools.addressRules(route.bringer()))
                .read(fields, "http", PlainPools.nameFor(route.bringer()), route.subject());
    }

    private List<Integer> ports(Fields fields) {
        boolean useless = listener == null && listeners.values().stream().noneMatch(ListenerType::asksForPorts);
        if (useless && fields.has("ports")) {
            problems.warning(
                    fields.keyPlace("ports"),
                    fields.path("ports")
                            + " is never used: no listener is of type socks or connect, whose clients ask for ports");
        }
        if (fields.item("ports") instanceof Item.Listing none && none.items().isEmpty()) {
            fields.refuseValue("ports", "must not be empty");
        }
        List<Integer> ports = fields.list("ports", HostPort::port, Target.DEFAULT_PORTS);
        return ports.isEmpty() ? Target.DEFAULT_PORTS : ports;
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
        if (listener != null) {
            route.refuse("listeners", "has no meaning: the route is of listener " + listener + " alone");
            return List.of();
        }
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
