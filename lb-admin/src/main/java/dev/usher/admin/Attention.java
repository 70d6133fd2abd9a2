package dev.usher.admin;

import dev.usher.Background;
import dev.usher.LoadBalancer;
import dev.usher.Reload;
import dev.usher.ReloadStatus;
import dev.usher.admin.Attention.Entry.Kind;
import dev.usher.admin.Attention.Entry.Severity;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.Printable;
import dev.usher.config.Units;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendState;
import dev.usher.pool.RecentSessions;
import dev.usher.view.BackendView;
import dev.usher.view.LimitHit;
import dev.usher.view.NameCount;
import dev.usher.view.PoolView;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What somebody should look at now, the worst first: the one list that the dashboard, the page without scripts, the
 * commands and the live figures show. Any thread but a worker's.
 */
public final class Attention {
    /** One wildcard certificate makes as many hazards as there are routes: what follows says nothing new. */
    private static final int MAX_HAZARDS = 200;
    /** Looking for hazards compares every certificate with every route, and names are asked of the workers. */
    private static final Duration SLOW_PART_LIFE = Duration.ofSeconds(10);
    /** A name that was asked for less often is somebody's typing mistake. */
    private static final int MIN_UNKNOWN = 10;
    /** Names, backends or faults that one text has: a line or two to read. */
    private static final int MAX_NAMED = 3;

    private final LoadBalancer balancer;
    private final ConfigSource source;
    private final Lifecycle lifecycle;
    /** Guarded by this, as is its time. */
    private List<Entry> slowPart = List.of();

    private @Nullable Instant slowPartMade;

    public Attention(LoadBalancer balancer, ConfigSource source, Lifecycle lifecycle) {
        this.balancer = balancer;
        this.source = source;
        this.lifecycle = lifecycle;
    }

    /**
     * One thing.
     *
     * @param subject what it is about
     * @param text what is wrong and what to do
     * @param since null where nobody knows
     * @param page of the dashboard that tells more
     */
    public record Entry(
            Severity severity,
            Kind kind,
            String subject,
            String text,
            @Nullable Instant since,
            String page) {
        public Entry {
            subject = Printable.of(subject);
            text = Printable.of(text);
        }

        /** How bad it is; the worst first. */
        public enum Severity {
            /** Clients are refused. */
            CRITICAL,
            /** They will be, or some are. */
            WARNING,
            /** Somebody wanted it so, or should know. */
            INFO
        }

        /** What it is. */
        public enum Kind {
            POOL_DOWN,
            BACKEND_DOWN,
            BACKEND_EJECTED,
            /** Its probes succeed, and sessions fail on it. */
            BACKEND_FAILING,
            BACKEND_DRAINED,
            /** The addresses of one family have never answered. */
            ADDRESS_FAMILY,
            RELOAD_REFUSED,
            RESTART_NEEDED,
            CERTIFICATE,
            COALESCING,
            UNKNOWN_NAME,
            LIMIT,
            BACKGROUND,
            DRAINING
        }
    }

    /** The list as it is now. Cheap enough to be asked each second; hazards and names are some seconds old. */
    public List<Entry> list() {
        List<Entry> entries = new ArrayList<>();
        List<PoolView> pools = balancer.pools();
        ofProcess(entries);
        ofConfiguration(entries);
        balancer.background().failing().forEach(failure -> entries.add(ofBackground(failure)));
        balancer.limitsHit().forEach(hit -> entries.add(ofLimit(hit)));
        ofPools(pools, entries);
        AddressFamilies families = new AddressFamilies(pools);
        entries.addAll(families.entries());
        pools.forEach(pool -> ofBackends(pool, families, entries));
        entries.addAll(slowPart());
        return entries.stream()
                .sorted(Comparator.comparing(Entry::severity)) // stable: pools before backends, as in the file
                .toList();
    }

    /** As much of the list as is wanted at once, and how much there is. */
    public Pressing pressing(int most) {
        return Pressing.of(list(), most);
    }

    // ---- the process and its configuration ----

    private void ofProcess(List<Entry> entries) {
        if (lifecycle.state() == Lifecycle.State.DRAINING) {
            entries.add(new Entry(
                    Severity.INFO,
                    Kind.DRAINING,
                    "usher",
                    "shutting down: no new connections soon, and open ones may finish within shutdown.drain",
                    null,
                    ""));
        }
    }

    private void ofConfiguration(List<Entry> entries) {
        ReloadStatus status = source.status();
        Reload refused = refused(status);
        if (refused != null || source.onDisk() == ConfigSource.OnDisk.FAULTY) {
            entries.add(new Entry(
                    Severity.WARNING,
                    Kind.RELOAD_REFUSED,
                    "configuration",
                    "the new configuration is invalid; generation " + status.generation() + " still runs. Fix "
                            + (refused == null ? "it (usher check shows the errors)" : firstOf(refused)),
                    refused == null ? null : refused.at(),
                    "config"));
        }
        if (!status.restartNeeded().isEmpty()) {
            entries.add(new Entry(
                    Severity.WARNING,
                    Kind.RESTART_NEEDED,
                    "configuration",
                    "restart usher to apply: " + String.join(", ", status.restartNeeded()),
                    status.inForceSince(),
                    "config"));
        }
    }

    /** The last attempt, if it was refused. */
    private static @Nullable Reload refused(ReloadStatus status) {
        Reload last = status.last();
        return last != null && last.result() == Reload.Result.REFUSED ? last : null;
    }

    /** As {@code until 12:03:04 UTC at the latest (in 12 s)}. */
    static String until(@Nullable Instant end) {
        if (end == null) {
            return "";
        }
        long left = Math.max(0, Duration.between(Instant.now(), end).toSeconds());
        return " until "
                + LocalTime.ofInstant(end, ZoneOffset.UTC)
                        .truncatedTo(ChronoUnit.SECONDS)
                        .format(DateTimeFormatter.ISO_LOCAL_TIME)
                + " UTC at the latest (in " + left + " s)";
    }

    private static String firstOf(Reload refused) {
        List<String> diagnostics = refused.diagnostics();
        int more = refused.faults() - 1;
        return diagnostics.isEmpty() ? "them" : diagnostics.getFirst() + (more == 0 ? "" : " and " + more + " more");
    }

    private static Entry ofBackground(Background.Failure failure) {
        return new Entry(
                Severity.WARNING,
                Kind.BACKGROUND,
                failure.task(),
                failure.why() + ". To do: " + failure.remedy(),
                failure.since(),
                "events?filter=" + escaped(failure.task()));
    }

    private static Entry ofLimit(LimitHit hit) {
        return new Entry(
                Severity.WARNING,
                Kind.LIMIT,
                hit.key(),
                hit.text() + "; " + hit.count() + " times so far",
                hit.since(),
                "events?filter=" + escaped(hit.key()));
    }

    // ---- pools ----

    private void ofPools(List<PoolView> pools, List<Entry> entries) {
        List<PoolView> down = pools.stream().filter(pool -> pool.serving() == 0).toList();
        if (down.isEmpty()) {
            return; // all routes are looked at only if there is something to say of them
        }
        Map<String, WaysIn> ways = WaysIn.byPool(balancer.config());
        down.forEach(pool -> entries.add(ofPool(pool, ways.getOrDefault(pool.name(), WaysIn.NONE))));
    }

    private static Entry ofPool(PoolView pool, WaysIn ways) {
        return new Entry(
                Severity.CRITICAL,
                Kind.POOL_DOWN,
                "pool " + pool.name(),
                "no backend is available; " + whatClientsSee(ways) + ". " + why(pool),
                pool.backends().stream()
                        .map(BackendView::since)
                        .max(Comparator.naturalOrder())
                        .orElse(null),
                "pools?filter=" + escaped(pool.name()));
    }

    /** What becomes of clients of a pool without a backend that takes sessions. */
    public static String whatClientsSee(WaysIn ways) {
        List<String> parts = new ArrayList<>();
        if (!ways.names().isEmpty()) {
            parts.add("clients of " + first(ways.names(), ", ") + " get a TLS alert");
        }
        if (!ways.listeners().isEmpty()) {
            parts.add("connections to listener " + first(ways.listeners(), ", ") + " are closed");
        }
        return parts.isEmpty() ? "no route leads there" : String.join(", ", parts);
    }

    /** What each backend is, why, and what to do. */
    private static String why(PoolView pool) {
        if (pool.backends().isEmpty()) {
            return "No backend name resolves: check the names and the resolver";
        }
        List<String> states = pool.backends().stream().map(Attention::stateOf).toList();
        boolean takenOut = pool.backends().stream().anyMatch(backend -> backend.adminState() != AdminState.READY);
        boolean failing = pool.backends().stream().anyMatch(backend -> backend.adminState() == AdminState.READY);
        return first(states, "; ") + ". "
                + (failing ? "Start the backends, or check the network path to them" : "")
                + (failing && takenOut ? ", or enable one" : takenOut ? "Enable one" : "")
                + "; usher explain NAME shows where a name goes";
    }

    private static String stateOf(BackendView backend) {
        return backend.address() + " is " + backend.state().word() + ": " + reason(backend) + " (since "
                + backend.since().truncatedTo(ChronoUnit.SECONDS) + ")";
    }

    /** The first of many, and how many more there are. */
    private static String first(List<String> all, String between) {
        String shown = all.stream().limit(MAX_NAMED).collect(Collectors.joining(between));
        return all.size() <= MAX_NAMED ? shown : shown + " and " + (all.size() - MAX_NAMED) + " more";
    }

    /** To stand within a sentence: what a library has to say may be one of its own. */
    private static String reason(BackendView backend) {
        String reason = backend.reason();
        return reason.endsWith(".") ? reason.substring(0, reason.length() - 1) : reason;
    }

    /** A pool that is down has said what its backends are; of one with many that fail, one entry says so. */
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
                        + first(failing.stream().map(Attention::stateOf).toList(), "; "),
                failing.stream()
                        .map(BackendView::since)
                        .max(Comparator.naturalOrder())
                        .orElse(null),
                "pools?filter=" + escaped(pool.name()));
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
                        "down: " + reason(backend) + ". It comes back by itself once its probes succeed"));
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
                    subject(backend.address(), pool.name()),
                    trouble.text() + ", though it is " + backend.state().word()
                            + ". Look at the process there: it may be stopped or overloaded"
                            + (pool.healthCheck() == HealthCheckConfig.Type.TLS
                                            || pool.healthCheck() == HealthCheckConfig.Type.HTTPS
                                    ? ""
                                    : "; probes of type tls would notice it"),
                    trouble.since(),
                    "pools?filter=" + escaped(backend.address())));
        }
    }

    private static Entry entry(PoolView pool, BackendView backend, Severity severity, Kind kind, String text) {
        return new Entry(
                severity,
                kind,
                subject(backend.address(), pool.name()),
                text,
                backend.since(),
                "pools?filter=" + escaped(backend.address()));
    }

    // ---- what takes longer to find ----

    private synchronized List<Entry> slowPart() {
        Instant now = Instant.now();
        if (slowPartMade == null || Duration.between(slowPartMade, now).compareTo(SLOW_PART_LIFE) > 0) {
            List<Entry> made = new ArrayList<>();
            balancer.coalescingHazards(MAX_HAZARDS).forEach(hazard -> made.add(CertificateAttention.ofHazard(hazard)));
            ofUnknownNames(made);
            slowPart = List.copyOf(made);
            slowPartMade = now;
        }
        return slowPart;
    }

    private void ofUnknownNames(List<Entry> entries) {
        try {
            for (NameCount name : balancer.names(name -> !name.known(), 1).names()) {
                if (name.count() - name.error() >= MIN_UNKNOWN) {
                    entries.add(new Entry(
                            Severity.INFO,
                            Kind.UNKNOWN_NAME,
                            name.name(),
                            unknownText(name),
                            null,
                            "names?known=false"));
                }
            }
        } catch (IOException busy) {
            // A worker that does not answer is a worse thing, which its loop delay shows.
        }
    }

    private static String unknownText(NameCount name) {
        return name.valid()
                ? name.count() + " requests, but no route matches. Add one if the name is yours"
                : name.count()
                        + " requests, refused: it is no host name. Look how they were set up: a port, an address or a path may be in it";
    }

    static String subject(String backend, String pool) {
        return "backend " + backend + " of pool " + pool;
    }

    static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
