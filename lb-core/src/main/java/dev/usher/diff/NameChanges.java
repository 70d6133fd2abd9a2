package dev.usher.diff;

import dev.usher.config.HttpRule;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.RoutePattern.Kind;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.diff.Change.Sign;
import dev.usher.diff.Change.Subject;
import dev.usher.route.ListenerRoutes;
import dev.usher.route.Trace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Changes of the service of names: newly reachable, no longer reachable, or served differently. Compares the outcome
 * for each name, not the lists of routes: a name without its route may still be served by a wider route.
 */
final class NameChanges {
    /** A name; or, with {@code below}, every name below without a narrower route. */
    private record Key(String name, boolean below) {
        @Override
        public String toString() {
            return below ? "*." + name : name;
        }
    }

    /**
     * The treatment of a name on a listener.
     *
     * @param target null if the name is refused
     * @param by the pattern of the route, or {@code default_route}
     * @param http the treatment of a request without TLS; null unless the route or default has its own
     */
    private record Fate(
            @Nullable Target target, String by, @Nullable HttpRule http) {
        static final Fate NO_LISTENER = new Fate(null, "", null);

        boolean isSame(Fate other) {
            return Objects.equals(target, other.target) && Objects.equals(http, other.http);
        }
    }

    /** A change of a name, without the name. */
    private record Line(Sign sign, String text) {}

    /** A listener's names before and after; null if the listener is missing. */
    private record Seen(@Nullable String before, @Nullable String after) {}

    private final UsherConfig before;
    private final UsherConfig after;
    private final Map<String, ListenerRoutes> routesBefore;
    private final Map<String, ListenerRoutes> routesAfter;
    private final List<Seen> listeners;
    /** Names of the patterns {@code .x}. */
    private final Set<String> selfAndBelow = new HashSet<>();

    private NameChanges(UsherConfig before, UsherConfig after) {
        this.before = before;
        this.after = after;
        this.routesBefore = ListenerRoutes.byListener(before);
        this.routesAfter = ListenerRoutes.byListener(after);
        this.listeners = listeners(before, after);
    }

    static List<Change> between(UsherConfig before, UsherConfig after) {
        return new NameChanges(before, after).changes();
    }

    /**
     * The listeners in both configurations. Without a common listener, the first of each: a renamed listener still
     * receives the clients.
     */
    private static List<Seen> listeners(UsherConfig before, UsherConfig after) {
        List<String> old = tlsListeners(before);
        List<String> now = tlsListeners(after);
        List<Seen> both = now.stream()
                .filter(old::contains)
                .map(name -> new Seen(name, name))
                .toList();
        if (!both.isEmpty() || (old.isEmpty() && now.isEmpty())) {
            return both;
        }
        return List.of(new Seen(old.isEmpty() ? null : old.getFirst(), now.isEmpty() ? null : now.getFirst()));
    }

    private static List<String> tlsListeners(UsherConfig config) {
        return config.listeners().values().stream()
                .filter(listener -> listener.type().readsNames())
                .map(ListenerConfig::name)
                .toList();
    }

    private List<Change> changes() {
        Map<Key, List<Line>> lines =
                new TreeMap<>(Comparator.comparing(Key::name).thenComparing(Key::below));
        for (UsherConfig config : List.of(before, after)) {
            config.routes().forEach(route -> addLines(route.pattern(), lines));
            for (ListenerConfig listener : config.listeners().values()) {
                listener.own().routes().forEach(route -> addLines(route.pattern(), lines));
            }
        }
        List<Change> changes = new ArrayList<>();
        lines.forEach((key, of) -> {
            boolean asOne =
                    selfAndBelow.contains(key.name()) && of.equals(lines.get(new Key(key.name(), !key.below())));
            if (!asOne || !key.below()) {
                String called = asOne ? "." + key.name() : key.toString();
                of.forEach(line -> changes.add(new Change(line.sign(), Subject.NAME, "route " + called + line.text())));
            }
        });
        return changes;
    }

    private void addLines(RoutePattern pattern, Map<Key, List<Line>> lines) {
        String name = pattern.name();
        if (pattern.kind() != Kind.BELOW) {
            lines.computeIfAbsent(new Key(name, false), this::lines);
        }
        if (pattern.kind() != Kind.EXACT) {
            lines.computeIfAbsent(new Key(name, true), this::lines);
        }
        if (pattern.kind() == Kind.SELF_AND_BELOW) {
            selfAndBelow.add(name);
        }
    }

    private List<Line> lines(Key key) {
        Map<List<Line>, List<String>> byChange = new LinkedHashMap<>();
        for (Seen listener : listeners) {
            Fate was = fate(routesBefore, listener.before(), key);
            Fate is = fate(routesAfter, listener.after(), key);
            String name = listener.after() == null ? "" : listener.after();
            byChange.computeIfAbsent(lines(key, was, is), _ -> new ArrayList<>())
                    .add(name);
        }
        List<Line> lines = new ArrayList<>();
        byChange.forEach((change, on) -> {
            String where = byChange.size() == 1 ? "" : " on listener " + String.join(", ", on);
            change.forEach(line -> lines.add(new Line(line.sign(), where + line.text())));
        });
        return lines;
    }

    private static Fate fate(Map<String, ListenerRoutes> byListener, @Nullable String listener, Key key) {
        ListenerRoutes routes = listener == null ? null : byListener.get(listener);
        if (routes == null) {
            return Fate.NO_LISTENER;
        }
        RouteConfig route = key.below()
                ? routes.findBelow(key.name(), Trace.NONE)
                : routes.find(key.name(), IpAddress.parse(key.name()) != null, Trace.NONE);
        return route == null
                ? new Fate(
                        routes.defaultRoute().target(),
                        "default_route",
                        routes.defaultRoute().http())
                : new Fate(route.target(), route.pattern().canonical(), route.http());
    }

    private static List<Line> lines(Key key, Fate was, Fate is) {
        if (was.isSame(is)) {
            return List.of();
        }
        Target old = was.target();
        Target now = is.target();
        if (old == null) {
            return List.of(new Line(
                    Sign.ADDED,
                    ": becomes reachable, by pool "
                            + Objects.requireNonNull(now).pool() + by(key, is)));
        }
        if (now == null) {
            return List.of(
                    new Line(Sign.REMOVED, ": becomes unreachable (was pool " + old.pool() + by(key, was) + ")"));
        }
        List<Line> lines = new ArrayList<>();
        if (!old.pool().equals(now.pool())) {
            lines.add(
                    new Line(Sign.CHANGED, ": pool " + old.pool() + by(key, was) + " -> " + now.pool() + by(key, is)));
        }
        addDifference(lines, "alpn", old.alpn(), now.alpn());
        addDifference(lines, "allow", old.allow(), now.allow());
        addDifference(lines, "deny", old.deny(), now.deny());
        addDifference(lines, "http", text(was.http()), text(is.http()));
        return lines;
    }

    private static String text(@Nullable HttpRule rule) {
        return rule == null ? "by the listener" : rule.toString();
    }

    private static void addDifference(List<Line> lines, String setting, Object was, Object is) {
        if (!was.equals(is)) {
            lines.add(new Line(Sign.CHANGED, ": " + setting + " " + was + " -> " + is));
        }
    }

    /** The part of a line that names the pattern of another name's route. */
    private static String by(Key key, Fate fate) {
        boolean own = fate.by().equals(key.toString()) || fate.by().equals("." + key.name());
        return own ? "" : " by " + fate.by();
    }
}
