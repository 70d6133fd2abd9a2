package dev.usher.admin.attention;

import dev.usher.LoadBalancer;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.Lifecycle;
import dev.usher.background.Background;
import dev.usher.config.Printable;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Units;
import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import dev.usher.view.LimitHit;
import dev.usher.view.NameCount;
import dev.usher.view.PoolView;
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
 * List of things that need attention now, the worst first. The dashboard, the page without scripts, the commands and
 * the live figures show the same list. Any thread but a worker's.
 */
public final class Attention {
    /** Limit of hazards: a wildcard certificate alone makes a hazard per route, and more of the same adds nothing. */
    private static final int MAX_HAZARDS = 200;
    /**
     * Age at which hazards and names are looked up again: hazards compare every certificate with every route, and names
     * come from the workers.
     */
    private static final Duration SLOW_PART_LIFE = Duration.ofSeconds(10);
    /** Requests below which an unknown name counts as a typing mistake. */
    private static final int MIN_UNKNOWN = 10;

    private final LoadBalancer balancer;
    private final ConfigSource source;
    private final Lifecycle lifecycle;
    /** Hazards and unknown names, as last looked up. Guarded by this, like the time of the look-up. */
    private List<Entry> slowPart = List.of();

    private @Nullable Instant slowPartMade;

    public Attention(LoadBalancer balancer, ConfigSource source, Lifecycle lifecycle) {
        this.balancer = balancer;
        this.source = source;
        this.lifecycle = lifecycle;
    }

    /**
     * A thing that needs attention.
     *
     * @param subject name of the pool, backend, setting or task in question
     * @param text fault and remedy
     * @param since null if unknown
     * @param page of the dashboard with details
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

        /** Severity, the worst first. */
        public enum Severity {
            /** Clients are refused. */
            CRITICAL,
            /** Some clients are refused, or will be. */
            WARNING,
            /** Intended by an operator, or merely good to know. */
            INFO
        }

        /** Kind of thing. */
        public enum Kind {
            POOL_DOWN,
            BACKEND_DOWN,
            BACKEND_EJECTED,
            /** Probes succeed, but sessions fail. */
            BACKEND_FAILING,
            BACKEND_DRAINED,
            /** A backend's host name does not resolve. */
            NAME_UNRESOLVED,
            /** The addresses of one family have never answered. */
            ADDRESS_FAMILY,
            RELOAD_REFUSED,
            RESTART_NEEDED,
            /** A source brings less than before, or parts that are left out. */
            SOURCE,
            CERTIFICATE,
            COALESCING,
            UNKNOWN_NAME,
            LIMIT,
            BACKGROUND,
            DRAINING
        }
    }

    /** The current list. Cheap enough to be called each second; hazards and names are some seconds old. */
    public List<Entry> list() {
        return list(balancer.looks().pools());
    }

    /** Same as {@link #list()}, for a caller that has asked for the pools already. */
    public List<Entry> list(List<PoolView> pools) {
        List<Entry> entries = new ArrayList<>();
        ofProcess(entries);
        ofConfiguration(entries);
        balancer.background().failing().forEach(failure -> entries.add(ofBackground(failure)));
        balancer.looks().limitsHit().forEach(hit -> entries.add(ofLimit(hit)));
        balancer.looks().failingNames().forEach(name -> entries.add(NameAttention.of(name)));
        source.sources().forEach(each -> SourceAttention.add(each, entries));
        PoolAttention.of(balancer.looks().config(), pools, entries);
        entries.addAll(slowPart());
        return entries.stream()
                .sorted(Comparator.comparing(Entry::severity)) // stable: pools before backends, as in the file
                .toList();
    }

    /** The first entries of the list, with a share for each kind, and counts of the whole list. */
    public Pressing pressing(int most) {
        return Pressing.of(list(), most);
    }

    // ---- process and configuration ----

    private void ofProcess(List<Entry> entries) {
        if (lifecycle.state() == Lifecycle.State.DRAINING) {
            entries.add(new Entry(
                    Severity.INFO,
                    Kind.DRAINING,
                    "usher",
                    draining(balancer.looks().config().shutdown()),
                    null,
                    ""));
        }
    }

    private String draining(ShutdownConfig shutdown) {
        return lifecycle.listens()
                ? "draining: not ready, but connections are taken until shutdown.readiness_delay ("
                        + Units.text(shutdown.readinessDelay()) + ") is over"
                : "draining: no new connections; open sessions may finish within shutdown.drain ("
                        + Units.text(shutdown.drain()) + ")";
    }

    private void ofConfiguration(List<Entry> entries) {
        ReloadStatus status = source.status();
        Reload refused = refused(status);
        if (refused != null || source.onDisk() == ConfigSource.OnDisk.FAULTY) {
            entries.add(new Entry(
                    Severity.WARNING,
                    Kind.RELOAD_REFUSED,
                    "configuration",
                    "the new configuration is invalid; generation " + status.generation() + " stays in force. Fix "
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

    /** The last reload if it was refused, else null. */
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

    // ---- slower look-ups ----

    private synchronized List<Entry> slowPart() {
        Instant now = Instant.now();
        if (slowPartMade == null || Duration.between(slowPartMade, now).compareTo(SLOW_PART_LIFE) > 0) {
            List<Entry> made = new ArrayList<>();
            balancer.looks()
                    .coalescingHazards(MAX_HAZARDS)
                    .forEach(hazard -> made.add(CertificateAttention.ofHazard(hazard)));
            ofUnknownNames(made);
            slowPart = List.copyOf(made);
            slowPartMade = now;
        }
        return slowPart;
    }

    private void ofUnknownNames(List<Entry> entries) {
        try {
            for (NameCount name :
                    balancer.looks().names(name -> !name.known(), 1).names()) {
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
            // skipped: a worker does not answer, a worse fault, visible in its loop delay
        }
    }

    private static String unknownText(NameCount name) {
        return name.valid()
                ? name.count() + " requests, but no route matches. Add one if the name is yours"
                : name.count()
                        + " requests, refused: not a host name. Check the clients: the name may have a port, an address or a path in it";
    }

    static String subject(String backend, String pool) {
        return "backend " + backend + " of pool " + pool;
    }

    static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
