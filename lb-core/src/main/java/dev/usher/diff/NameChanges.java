package dev.usher.diff;

import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern.Kind;
import dev.usher.config.UsherConfig;
import dev.usher.diff.Change.Sign;
import dev.usher.diff.Change.Subject;
import dev.usher.route.RouteIndex;
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
     * @param pool null if the name is refused
     * @param by the pattern of the route, or {@code default_route}
     */
    private record Fate(@Nullable String pool, String by, Map<String, String> alpn, List<Cidr> allow, List<Cidr> deny) {
        static final Fate NO_LISTENER = new Fate(null, "", Map.of(), List.of(), List.of());

        boolean isSame(Fate other) {
            return Objects.equals(pool, other.pool)
                    && alpn.equals(other.alpn)
                    && allow.equals(other.allow)
                    && deny.equals(other.deny);
        }
    }

    /** A change of a name, without the name. */
    private record Line(Sign sign, String text) {}

    /** A listener's names before and after; null if the listener is missing. */
    private record Seen(@Nullable String before, @Nullable String after) {}

    private final UsherConfig before;
    private final UsherConfig after;
    private final RouteIndex indexBefore;
    private final RouteIndex indexAfter;
    private final List<Seen> listeners;
    /** Names of the patterns {@code .x}. */
    private final Set<String> selfAndBelow = new HashSet<>();

    private NameChanges(UsherConfig before, UsherConfig after) {
        this.before = before;
        this.after = after;
        this.indexBefore = new RouteIndex(before.routes());
        this.indexAfter = new RouteIndex(after.routes());
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
            for (RouteConfig route : config.routes()) {
                Kind kind = route.pattern().kind();
                String name = route.pattern().name();
                if (kind != Kind.BELOW) {
                    lines.computeIfAbsent(new Key(name, false), this::lines);
                }
                if (kind != Kind.EXACT) {
                    lines.computeIfAbsent(new Key(name, true), this::lines);
                }
                if (kind == Kind.SELF_AND_BELOW) {
                    selfAndBelow.add(name);
                }
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

    private List<Line> lines(Key key) {
        Map<List<Line>, List<String>> byChange = new LinkedHashMap<>();
        for (Seen listener : listeners) {
            Fate was = fate(before, indexBefore, listener.before(), key);
            Fate is = fate(after, indexAfter, listener.after(), key);
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

    private static Fate fate(UsherConfig config, RouteIndex index, @Nullable String listener, Key key) {
        if (listener == null) {
            return Fate.NO_LISTENER;
        }
        RouteConfig route = key.below()
                ? index.findBelow(key.name(), listener, Trace.NONE)
                : index.find(key.name(), IpAddress.parse(key.name()) != null, listener, Trace.NONE);
        if (route == null) {
            Fallback fallback = config.defaultRoute();
            return new Fate(fallback.pool(), "default_route", Map.of(), List.of(), List.of());
        }
        return new Fate(route.pool(), route.pattern().canonical(), route.alpn(), route.allow(), route.deny());
    }

    private static List<Line> lines(Key key, Fate was, Fate is) {
        if (was.isSame(is)) {
            return List.of();
        }
        if (was.pool() == null) {
            return List.of(new Line(Sign.ADDED, ": becomes reachable, by pool " + is.pool() + by(key, is)));
        }
        if (is.pool() == null) {
            return List.of(
                    new Line(Sign.REMOVED, ": becomes unreachable (was pool " + was.pool() + by(key, was) + ")"));
        }
        List<Line> lines = new ArrayList<>();
        if (!was.pool().equals(is.pool())) {
            lines.add(new Line(Sign.CHANGED, ": pool " + was.pool() + by(key, was) + " -> " + is.pool() + by(key, is)));
        }
        addDifference(lines, "alpn", was.alpn(), is.alpn());
        addDifference(lines, "allow", was.allow(), is.allow());
        addDifference(lines, "deny", was.deny(), is.deny());
        return lines;
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
