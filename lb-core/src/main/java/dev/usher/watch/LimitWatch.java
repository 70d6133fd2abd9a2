package dev.usher.watch;

import dev.usher.config.Units;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.loop.AcceptPause;
import dev.usher.metrics.EnumCounters;
import dev.usher.pool.Pool;
import dev.usher.relay.ListenerCounts;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import dev.usher.view.LimitHit;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Reports limits that begin to be hit, by comparing the workers' counters; the workers themselves do nothing more. A
 * limit hit again and again is a single event, until a minute passes without a hit.
 *
 * <pre>
 *   quiet --(its count has grown)--> being hit, one event --(a minute without)--> quiet
 * </pre>
 */
public final class LimitWatch {
    private static final Duration QUIET = Duration.ofMinutes(1);

    private static final String WAIT = "new connections wait in the kernel's queue until one closes. Raise ";

    /** A limit being hit. */
    private static final class Hits {
        private final String text;
        private final long sinceNanos;
        private long lastNanos;
        private long count;

        Hits(String text, long nowNanos) {
            this.text = text;
            this.sinceNanos = nowNanos;
        }
    }

    private final Events events;
    private final Clock clock;
    /** Counts at the last look, by key. Guarded by this, as is the next field. */
    private final Map<String, Long> counted = new LinkedHashMap<>();

    private final Map<String, Hits> hit = new LinkedHashMap<>();

    public LimitWatch(Events events, Clock clock) {
        this.events = events;
        this.clock = clock;
    }

    /** The limits being hit, or hit within the last minute. */
    public synchronized List<LimitHit> hits() {
        Moment now = Moment.now(clock);
        return hit.entrySet().stream()
                .map(entry -> new LimitHit(
                        entry.getKey(),
                        entry.getValue().text,
                        now.wall(entry.getValue().sinceNanos),
                        entry.getValue().count))
                .toList();
    }

    /** Compares with the last look. To be called about once a second. */
    public synchronized void look(Map<String, ListenerCounts> listeners, Collection<Pool> pools) {
        long now = clock.nanos();
        hit.values().removeIf(hits -> now - hits.lastNanos >= QUIET.toNanos());
        listeners.forEach((name, listener) -> compare(
                "listeners." + name + ".max_connections",
                WAIT + "it, or find out which clients hold the connections",
                pauses(listener, AcceptPause.LISTENER_FULL),
                now));
        pools.forEach(pool -> compare(
                "pools." + pool + ".backends.max_connections",
                "all available backends are full, and clients are refused. Raise it, or add a backend",
                pool.timesFull(),
                now));
        compare(
                "limits.max_connections",
                WAIT + "it, or find out which clients hold the connections",
                pauses(listeners, AcceptPause.ALL_FULL),
                now);
        compare(
                "open files",
                WAIT + "the limit of open files (LimitNOFILE, ulimit -n), or lower limits.max_connections",
                pauses(listeners, AcceptPause.NO_DESCRIPTORS),
                now);
        compare(
                "limits.per_client_ip.connections",
                "clients at the limit are reset. Raise it if many users share one address",
                ended(listeners, CloseReason.CLIENT_CONNECTIONS),
                now);
        compare(
                "limits.per_client_ip.new_per_second",
                "clients that open connections faster are reset. Raise it if many users share one address",
                ended(listeners, CloseReason.CLIENT_RATE),
                now);
        compare(
                "limits.held_bytes",
                "no buffer was left for new clients, and they were reset. Raise it, or find the clients that do "
                        + "not read",
                ended(listeners, CloseReason.OUT_OF_BUFFERS),
                now);
        compare(
                "unfinished openings",
                "they hold a quarter of limits.held_bytes, and clients with the largest are reset. The access log has "
                        + "their addresses, with the reason hello_evicted",
                ended(listeners, CloseReason.HELLO_EVICTED),
                now);
        compare(
                "look-ups for clients",
                "too many were under way, and clients that name their backend were refused. Find out whether the name "
                        + "servers answer, and which clients ask for so many names",
                ended(listeners, CloseReason.NAME_LOOKUPS_FULL),
                now);
        compare(
                "open files or local ports",
                "no socket was left for connections to backends. Raise the limit of open files (LimitNOFILE, ulimit -n) or "
                        + "net.ipv4.ip_local_port_range, or lower limits.max_connections",
                ended(listeners, CloseReason.OUT_OF_SOCKETS),
                now);
    }

    private void compare(String key, String text, long count, long nowNanos) {
        Long before = counted.put(key, count);
        long grown = count - (before == null ? 0 : before);
        if (grown <= 0) {
            return;
        }
        Hits hits = hit.get(key);
        if (hits == null) {
            hits = new Hits(text, nowNanos);
            hit.put(key, hits);
            events.add(Kind.LIMIT, key, "reached, " + Units.counted(grown, "time") + ": " + text);
        }
        hits.lastNanos = nowNanos;
        hits.count += grown;
    }

    // ---- the counts ----

    private static long pauses(Map<String, ListenerCounts> listeners, AcceptPause why) {
        return listeners.values().stream()
                .mapToLong(listener -> pauses(listener, why))
                .sum();
    }

    private static long pauses(ListenerCounts listener, AcceptPause why) {
        return sum(listener, ListenerCounts.OfWorker::acceptPauses, why);
    }

    /** Sessions of every listener with this end. */
    public static long ended(Map<String, ListenerCounts> listeners, CloseReason reason) {
        return listeners.values().stream()
                .mapToLong(listener -> sum(listener, ListenerCounts.OfWorker::ended, reason))
                .sum();
    }

    private static <E extends Enum<E>> long sum(
            ListenerCounts listener, Function<ListenerCounts.OfWorker, EnumCounters<E>> counters, E constant) {
        return listener.workers().stream()
                .mapToLong(worker -> counters.apply(worker).of(constant).get())
                .sum();
    }
}
