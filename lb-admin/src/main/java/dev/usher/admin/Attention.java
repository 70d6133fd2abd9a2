package dev.usher.admin;

import dev.usher.Background;
import dev.usher.LoadBalancer;
import dev.usher.Reload;
import dev.usher.ReloadStatus;
import dev.usher.admin.Attention.Entry.Kind;
import dev.usher.admin.Attention.Entry.Severity;
import dev.usher.config.Printable;
import dev.usher.view.LimitHit;
import dev.usher.view.NameCount;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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
            /** A backend's host name does not resolve. */
            NAME_UNRESOLVED,
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
        ofProcess(entries);
        ofConfiguration(entries);
        balancer.background().failing().forEach(failure -> entries.add(ofBackground(failure)));
        balancer.limitsHit().forEach(hit -> entries.add(ofLimit(hit)));
        balancer.failingNames().forEach(name -> entries.add(NameAttention.of(name)));
        PoolAttention.of(balancer.config(), balancer.pools(), entries);
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
