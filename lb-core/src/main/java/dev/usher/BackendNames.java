package dev.usher;

import dev.usher.Event.Kind;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the names of backends lead to: the last answer for each. Asks as long as the resolver takes; any thread but a worker's. */
final class BackendNames {
    /** A start waits this long for names, and goes on without those that have not been found. */
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(3);
    /** A name without an answer is asked for again so soon, and after twice the time each time that it fails. */
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(BackendNames.class);

    /** Who is asked. */
    @FunctionalInterface
    interface Resolver {
        /** At least one address. */
        InetAddress[] addressesOf(String host) throws UnknownHostException;
    }

    /**
     * Lookups that failed, one after the other.
     *
     * @param sinceMillis when the first of them failed, by the wall clock
     */
    private record Failures(long sinceMillis, int count) {
        static Failures more(@Nullable Failures before) {
            return before == null
                    ? new Failures(WallClock.millis(), 1)
                    : new Failures(before.sinceMillis(), before.count() + 1);
        }
    }

    private final Resolver resolver;
    private final Events events;
    private final Map<String, List<InetAddress>> answers = new ConcurrentHashMap<>();
    /** Those that did not resolve when they were asked for last: said once, and not at every interval. */
    private final Map<String, Failures> failing = new ConcurrentHashMap<>();

    BackendNames(Resolver resolver, Events events) {
        this.resolver = resolver;
        this.events = events;
    }

    /** The last answer; empty before the first. */
    List<InetAddress> addresses(String host) {
        return answers.getOrDefault(host, List.of());
    }

    /** Those that do not resolve now, by name. */
    List<FailingName> failing() {
        return failing.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> new FailingName(
                        entry.getKey(),
                        Instant.ofEpochMilli(entry.getValue().sinceMillis()),
                        digits(addresses(entry.getKey()))))
                .toList();
    }

    /**
     * When to ask for a name again: soon while it has no address at all, since nobody serves in its place.
     *
     * @param interval between lookups of a name that is known, and the most for any other
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

    /** Asks for all names that have no answer yet, at once, and waits a while. */
    void lookUpNew(Collection<String> hosts) {
        List<String> unknown =
                hosts.stream().filter(host -> !answers.containsKey(host)).toList();
        CountDownLatch asked = new CountDownLatch(unknown.size());
        for (String host : unknown) {
            Thread.ofVirtual().name("resolve " + host).start(() -> {
                lookUp(host);
                asked.countDown();
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

    /** Asks for one name. A failure keeps the last answer, and is an event when it begins. */
    void lookUp(String host) {
        try {
            List<InetAddress> answer = List.of(resolver.addressesOf(host));
            boolean known = answers.containsKey(host);
            answers.merge(host, answer, BackendNames::unlessOnlyItsOrderChanged);
            if (failing.remove(host) != null) {
                log.info("backend {}: its name resolves{}, to {}", host, known ? " again" : "", digits(answer));
            }
        } catch (UnknownHostException e) {
            Failures failures = failing.compute(host, (_, before) -> Failures.more(before));
            if (failures.count() == 1) {
                events.add(Kind.WARNING, "backend " + host, failure(addresses(host)));
            }
        }
    }

    /** Resolvers turn their answers round; a pool that takes the first of its backends must not follow. */
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

    /** Forgets all others: a name that comes back is asked for again, and not taken for what it was once. */
    void keepOnly(Collection<String> hosts) {
        answers.keySet().retainAll(hosts);
        failing.keySet().retainAll(hosts);
    }
}
