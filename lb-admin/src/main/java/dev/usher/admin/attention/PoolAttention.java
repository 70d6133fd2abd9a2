package dev.usher.admin.attention;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
import dev.usher.admin.subject.RefusedClient;
import dev.usher.admin.subject.WaysIn;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.pool.BackendState;
import dev.usher.pool.RecentSessions;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Entries about pools and their backends. */
public final class PoolAttention {
    /** Limit of names or backends in a text: a line or two to read. */
    static final int MAX_NAMED = 3;

    private PoolAttention() {}

    static void of(UsherConfig config, List<PoolView> pools, List<Entry> entries) {
        ofPools(config, pools, entries);
        AddressFamilies families = new AddressFamilies(pools);
        entries.addAll(families.entries());
        pools.forEach(pool -> ofBackends(pool, families, entries));
    }

    private static void ofPools(UsherConfig config, List<PoolView> pools, List<Entry> entries) {
        List<PoolView> down = pools.stream().filter(PoolView::isDown).toList();
        if (down.isEmpty()) {
            return; // saves a pass over every route
        }
        Map<String, WaysIn> ways = WaysIn.byPool(config);
        down.forEach(pool -> entries.add(ofPool(pool, ways.getOrDefault(pool.name(), WaysIn.NONE))));
    }

    private static Entry ofPool(PoolView pool, WaysIn ways) {
        return new Entry(
                Severity.CRITICAL,
                Kind.POOL_DOWN,
                "pool " + pool.name(),
                "no backend is available; " + whatClientsSee(ways) + ": " + why(pool),
                pool.backends().stream()
                        .map(BackendView::since)
                        .max(Comparator.naturalOrder())
                        .orElse(null),
                "pools?filter=" + Attention.escaped(pool.name()));
    }

    /** Effect on clients of a pool without an available backend. */
    public static String whatClientsSee(WaysIn ways) {
        List<String> parts = new ArrayList<>();
        namesByEffect(ways)
                .forEach((effect, names) -> parts.add("clients of " + first(names, ", ") + " get " + effect));
        if (!ways.listeners().isEmpty()) {
            parts.add("connections to listener " + first(ways.listeners(), ", ") + " are closed");
        }
        return parts.isEmpty() ? "no route leads there" : String.join(", ", parts);
    }

    private static Map<String, List<String>> namesByEffect(WaysIn ways) {
        return ways.names().stream()
                .filter(way -> !way.types().isEmpty())
                .collect(Collectors.groupingBy(
                        PoolAttention::effect,
                        LinkedHashMap::new,
                        Collectors.mapping(WaysIn.Way::name, Collectors.toList())));
    }

    private static String effect(WaysIn.Way way) {
        return way.types().stream()
                .sorted()
                .map(RefusedClient::getsWithoutBackend)
                .distinct()
                .collect(Collectors.joining(" or "));
    }

    /** Number of backends in each state, with the first reason. The page has every reason. */
    private static String why(PoolView pool) {
        if (pool.backends().isEmpty()) {
            return "its backend names do not resolve";
        }
        Map<BackendState, List<BackendView>> byState = pool.backends().stream()
                .collect(Collectors.groupingBy(
                        BackendView::state, () -> new EnumMap<>(BackendState.class), Collectors.toList()));
        return byState.entrySet().stream()
                .map(each -> each.getValue().size() + " " + each.getKey().word() + " ("
                        + reason(each.getValue().getFirst()).replaceFirst("^(?:drained|disabled) by", "by") + ")")
                .collect(Collectors.joining(", "));
    }

    private static String stateOf(BackendView backend) {
        return backend.address() + " is " + backend.state().word() + ": " + reason(backend) + " (since "
                + backend.since().truncatedTo(ChronoUnit.SECONDS) + ")";
    }

    /** The first items, and the number of the rest. */
    static String first(List<String> all, String between) {
        String shown = all.stream().limit(MAX_NAMED).collect(Collectors.joining(between));
        return all.size() <= MAX_NAMED ? shown : shown + " and " + (all.size() - MAX_NAMED) + " more";
    }

    /**
     * The reason without a final full stop, for use within a sentence: libraries may end their text with a full stop.
     */
    private static String reason(BackendView backend) {
        String reason = backend.reason();
        return reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
    }

    /**
     * Adds entries about backends. The entry of a pool that is down lists its backends already, and many failing
     * backends of a pool share an entry.
     */
    private static void ofBackends(PoolView pool, AddressFamilies families, List<Entry> entries) {
        List<BackendView> failing = pool.backends().stream()
                .filter(backend -> backend.state() == BackendState.DOWN || backend.state() == BackendState.EJECTED)
                .filter(backend -> !families.tellOf(backend))
                .toList();
        boolean folded = failing.size() > MAX_NAMED;
        if (folded && pool.serving() > 0) {
            entries.add(ofMany(pool, failing));
        }
        for (BackendView backend : pool.backends()) {
            if (pool.serving() > 0 && !(folded && failing.contains(backend)) && !families.tellOf(backend)) {
                ofBackend(pool, backend, entries);
            }
            CertificateAttention.of(pool, backend, entries);
        }
    }

    private static Entry ofMany(PoolView pool, List<BackendView> failing) {
        return new Entry(
                Severity.WARNING,
                Kind.BACKEND_DOWN,
                "pool " + pool.name(),
                failing.size() + " of " + pool.backends().size() + " backends take no sessions: "
                        + first(failing.stream().map(PoolAttention::stateOf).toList(), "; "),
                failing.stream()
                        .map(BackendView::since)
                        .max(Comparator.naturalOrder())
                        .orElse(null),
                "pools?filter=" + Attention.escaped(pool.name()));
    }

    private static void ofBackend(PoolView pool, BackendView backend, List<Entry> entries) {
        switch (backend.state()) {
            case UP, UNPROBED -> ofTrouble(pool, backend, entries);
            case DOWN ->
                entries.add(entry(
                        pool,
                        backend,
                        Severity.WARNING,
                        Kind.BACKEND_DOWN,
                        "down: " + reason(backend) + ". It returns once its probes succeed"));
            case EJECTED ->
                entries.add(entry(
                        pool,
                        backend,
                        Severity.WARNING,
                        Kind.BACKEND_EJECTED,
                        "ejected" + until(backend.ejectedUntil()) + ": " + backend.reason()));
            case DRAINING, DISABLED ->
                entries.add(entry(
                        pool,
                        backend,
                        Severity.INFO,
                        Kind.BACKEND_DRAINED,
                        backend.reason() + "; " + Units.counted(backend.open(), "session")
                                + (backend.open() == 1 ? " is" : " are")
                                + " left. Enable it to use it again"));
        }
    }

    private static void ofTrouble(PoolView pool, BackendView backend, List<Entry> entries) {
        RecentSessions.Trouble trouble = backend.trouble();
        if (trouble != null) {
            entries.add(new Entry(
                    Severity.WARNING,
                    Kind.BACKEND_FAILING,
                    Attention.subject(backend.address(), pool.name()),
                    trouble.text() + ", though it is " + backend.state().word()
                            + ". Check its process: it may be stopped or overloaded"
                            + (pool.healthCheck().shakesHands()
                                            || pool.healthCheck().asks()
                                    ? ""
                                    : "; a health_check of type tls would detect it"),
                    trouble.since(),
                    "pools?filter=" + Attention.escaped(backend.address())));
        }
    }

    /** Text as {@code until 2026-11-26T12:03:04Z at the latest (in 12 s)}. */
    static String until(@Nullable Instant end) {
        return end == null
                ? ""
                : " until " + end.truncatedTo(ChronoUnit.SECONDS) + " at the latest (in "
                        + Math.max(0, Duration.between(Instant.now(), end).toSeconds()) + " s)";
    }

    private static Entry entry(PoolView pool, BackendView backend, Severity severity, Kind kind, String text) {
        return new Entry(
                severity,
                kind,
                Attention.subject(backend.address(), pool.name()),
                text,
                backend.since(),
                "pools?filter=" + Attention.escaped(backend.address()));
    }
}
