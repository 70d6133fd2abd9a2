package dev.usher.upkeep;

import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.time.WallClock;
import dev.usher.view.FailingName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of the backends' host names: the last answer for each name. A lookup blocks as long as the resolver
 * takes; any thread but a worker's.
 */
public final class BackendNames {
    /** A start waits this long for names, then goes on without the missing names. */
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(3);
    /** Delay before a name without an answer is looked up again; doubled after each failure. */
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(BackendNames.class);

    /** Who is asked. */
    @FunctionalInterface
    public interface Resolver {
        /** At least one address. */
        InetAddress[] addressesOf(String host) throws UnknownHostException;
    }

    /**
     * Failed lookups in a row.
     *
     * @param sinceMillis time of the first failure, by the wall clock
     */
    private record Failures(long sinceMillis, int count) {
        static Failures more(@Nullable Failures before) {
            return before == null
                    ? new Failures(WallClock.millis(), 1)
                    : new Failures(before.sinceMillis(), before.count() + 1);
        }
    }

    /**
     * Lookups under way at once. A lookup in the C library holds a carrier of virtual threads, and the JVM has at most
     * 256 carriers: with silent name servers and hundreds of names, the probes would have none.
     */
    private static final int AT_ONCE = 64;

    private final Semaphore atOnce = new Semaphore(AT_ONCE, true);
    private final Resolver resolver;
    private final Events events;
    private final Map<String, List<InetAddress>> answers = new ConcurrentHashMap<>();
    /** Names whose last lookup failed: reported once, and not at every interval. */
    private final Map<String, Failures> failing = new ConcurrentHashMap<>();

    public BackendNames(Resolver resolver, Events events) {
        this.resolver = resolver;
        this.events = events;
    }

    /** The last answer; empty before the first. */
    List<InetAddress> addresses(String host) {
        return answers.getOrDefault(host, List.of());
    }

    /** Host names that do not resolve now, sorted by name. */
    public List<FailingName> failing() {
        return failing.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> new FailingName(
                        entry.getKey(),
                        Instant.ofEpochMilli(entry.getValue().sinceMillis()),
                        digits(addresses(entry.getKey()))))
                .toList();
    }

    /**
     * The pause before a name is looked up again: short without any address, since no other backend serves in its
     * place.
     *
     * @param interval between lookups of a known name, and the upper bound for any other name
     */
    Duration pause(String host, Duration interval) {
        if (answers.containsKey(host)) {
            return interval;
        }
        Failures failures = failing.get(host);
        int doublings =
                failures == null ? 0 : Math.min(failures.count() - 1, 20); // a million times is over any interval
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.max(0, doublings));
        return pause.compareTo(interval) < 0 ? pause : interval;
    }

    /** Looks up every name without an answer, at once, and waits a while. */
    void lookUpNew(Collection<String> hosts) {
        List<String> unknown =
                hosts.stream().filter(host -> !answers.containsKey(host)).toList();
        CountDownLatch asked = new CountDownLatch(unknown.size());
        for (String host : unknown) {
            Thread.ofVirtual().name("resolve " + host).start(() -> {
                try {
                    lookUp(host);
                } catch (InterruptedException | RuntimeException | Error bug) {
                    log.error("a bug in usher: the lookup of {} failed", host, bug);
                } finally {
                    asked.countDown();
                }
            });
        }
        try {
            if (!asked.await(FIRST_ANSWERS.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn(
                        "some backend names did not resolve within {} s; starting without them",
                        FIRST_ANSWERS.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Looks up a name. A failure keeps the last answer, and its beginning is an event. Any exception of the resolver is
     * such a failure; an exception with another cause than the name servers is then thrown.
     */
    void lookUp(String host) throws InterruptedException {
        atOnce.acquire();
        try {
            List<InetAddress> answer = List.of(resolver.addressesOf(host));
            boolean known = answers.containsKey(host);
            answers.merge(host, answer, BackendNames::unlessOnlyItsOrderChanged);
            if (failing.remove(host) != null) {
                log.info("backend {}: its name resolves{}, to {}", host, known ? " again" : "", digits(answer));
            }
        } catch (UnknownHostException e) {
            fails(host);
        } catch (RuntimeException | Error bug) {
            fails(host);
            throw bug;
        } finally {
            atOnce.release();
        }
    }

    private void fails(String host) {
        Failures failures = failing.compute(host, (_, before) -> Failures.more(before));
        if (failures.count() == 1) {
            events.add(Kind.WARNING, "backend " + host, failure(addresses(host)));
        }
    }

    /** Resolvers rotate their answers; a pool that prefers the first of its backends must not follow a rotation. */
    private static List<InetAddress> unlessOnlyItsOrderChanged(List<InetAddress> last, List<InetAddress> answer) {
        return new HashSet<>(last).equals(new HashSet<>(answer)) ? last : answer;
    }

    private static String failure(List<InetAddress> last) {
        return last.isEmpty()
                ? "its name does not resolve; it takes no sessions"
                : "its name no longer resolves; keeping " + digits(last);
    }

    private static List<String> digits(List<InetAddress> addresses) {
        return addresses.stream().map(InetAddress::getHostAddress).toList();
    }

    /**
     * Forgets every name but these: a name that returns is looked up again, since its old answer may be out of date.
     */
    void keepOnly(Collection<String> hosts) {
        answers.keySet().retainAll(hosts);
        failing.keySet().retainAll(hosts);
    }
}
