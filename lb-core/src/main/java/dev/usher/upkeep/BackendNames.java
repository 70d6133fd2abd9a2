package dev.usher.upkeep;

import dev.usher.background.Repeats;
import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.pool.Pool;
import dev.usher.resolve.LookupException;
import dev.usher.resolve.Resolver;
import dev.usher.resolve.Resolver.Service;
import dev.usher.time.WallClock;
import dev.usher.view.FailingName;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
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

    /** Places of a service that are looked up; each is a question to a name server. */
    private static final int MAX_PLACES = 64;
    /** Most backends of a name, each with a probe; a hostile answer over TCP has 4000. */
    private static final int MAX_ADDRESSES = 256;

    private static final Logger log = LoggerFactory.getLogger(BackendNames.class);

    /** A name as a pool has it looked up. */
    record NameKey(String host, boolean service, ResolveConfig resolve) {
        static NameKey of(HostPort address, ResolveConfig resolve) {
            return new NameKey(address.host(), address.isService(), resolve);
        }
    }

    /**
     * An address of a name.
     *
     * @param service the place of the service, for a name of SRV records; else null
     */
    record Place(InetAddress address, @Nullable Service service) {}

    /** @param ttl time for which the places hold; null if unknown */
    record Answer(List<Place> places, @Nullable Duration ttl) {}

    /**
     * The resolver for the names of a pool.
     *
     * @param atOnce places for lookups under way
     */
    private record Asked(Resolver resolver, Semaphore atOnce) {
        /** A lookup by the system has a thread for as long as the name server takes; other servers have other places. */
        private static final int AT_ONCE = 64;

        Asked(Resolver resolver) {
            this(resolver, new Semaphore(AT_ONCE, true));
        }
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

    private final Function<ResolveConfig, Resolver> resolvers;
    private final Repeats repeats;
    private final Events events;
    /** Resolvers by the settings of a pool. */
    private final Map<ResolveConfig, Asked> known = new ConcurrentHashMap<>();

    private final Map<NameKey, Answer> answers = new ConcurrentHashMap<>();
    /** Names whose last lookup failed: reported once, and not at every interval. */
    private final Map<NameKey, Failures> failing = new ConcurrentHashMap<>();

    /** @param resolvers by the settings of a pool */
    public BackendNames(Function<ResolveConfig, Resolver> resolvers, Events events) {
        this(resolvers, Repeats.ON_THREADS, events);
    }

    /**
     * @param resolvers by the settings of a pool
     * @param repeats of lookups
     */
    public BackendNames(Function<ResolveConfig, Resolver> resolvers, Repeats repeats, Events events) {
        this.resolvers = resolvers;
        this.repeats = repeats;
        this.events = events;
    }

    /** The last answer; empty before the first. */
    List<Place> places(NameKey name) {
        Answer last = answers.get(name);
        return last == null ? List.of() : last.places();
    }

    /** Host names that do not resolve now, sorted by name. */
    public List<FailingName> failing() {
        return failing.entrySet().stream()
                .map(entry -> new FailingName(
                        entry.getKey().host(),
                        entry.getKey().resolve().servers().stream()
                                .map(HostPort::toString)
                                .toList(),
                        Instant.ofEpochMilli(entry.getValue().sinceMillis()),
                        digits(places(entry.getKey()))))
                .sorted(Comparator.comparing(FailingName::name))
                .toList();
    }

    /**
     * The pause before a name is looked up again: short without any address, since no other backend serves in its
     * place. The interval of the pool is the upper bound; the time of an answer may be shorter.
     */
    Duration pause(NameKey name) {
        Duration interval = name.resolve().interval();
        Answer last = answers.get(name);
        if (last != null) {
            return shorter(interval, last.ttl());
        }
        Failures failures = failing.get(name);
        int doublings =
                failures == null ? 0 : Math.min(failures.count() - 1, 20); // a million times is over any interval
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.max(0, doublings));
        return pause.compareTo(interval) < 0 ? pause : interval;
    }

    private static Duration shorter(Duration interval, @Nullable Duration ttl) {
        if (ttl == null || ttl.compareTo(interval) > 0) {
            return interval;
        }
        return ttl.compareTo(FIRST_RETRY) < 0 && FIRST_RETRY.compareTo(interval) < 0 ? FIRST_RETRY : ttl;
    }

    /** Does a round for a name after each {@link #pause}, until the result is run. */
    Runnable repeat(NameKey name, Pool pool, Repeats.Round round) {
        return repeats.begin("resolve " + name.host() + " for " + pool, () -> pause(name), round);
    }

    /** Looks up every name without an answer, at once, and waits a while. */
    void lookUpNew(Collection<NameKey> names) {
        List<NameKey> unknown =
                names.stream().filter(name -> !answers.containsKey(name)).toList();
        CountDownLatch asked = new CountDownLatch(unknown.size());
        for (NameKey name : unknown) {
            Thread.ofVirtual().name("resolve " + name.host()).start(() -> {
                try {
                    lookUp(name);
                } catch (InterruptedException | RuntimeException | Error bug) {
                    log.error("a bug in usher: the lookup of {} failed", name.host(), bug);
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
     * such a failure; an exception with another cause than the name servers is then thrown. An interrupt is no failure:
     * resolvers turn an interrupt into an exception of their own.
     */
    void lookUp(NameKey name) throws InterruptedException {
        Asked asked = known.computeIfAbsent(name.resolve(), settings -> new Asked(resolvers.apply(settings)));
        asked.atOnce().acquire();
        try {
            Answer answer = ask(asked.resolver(), name);
            stopIfInterrupted(); // the answer may lack a part
            boolean again = answers.containsKey(name);
            answers.merge(name, answer, BackendNames::unlessOnlyItsOrderChanged);
            if (failing.remove(name) != null) {
                log.info(
                        "backend {}: its name resolves{}, to {}",
                        name.host(),
                        again ? " again" : "",
                        digits(answer.places()));
            }
        } catch (LookupException e) {
            stopIfInterrupted();
            fails(name);
        } catch (RuntimeException | Error bug) {
            fails(name);
            throw bug;
        } finally {
            asked.atOnce().release();
        }
    }

    private static void stopIfInterrupted() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    }

    private void fails(NameKey name) {
        Failures failures = failing.compute(name, (_, before) -> Failures.more(before));
        if (failures.count() == 1) {
            events.add(Kind.WARNING, "backend " + name.host(), failure(places(name)));
        }
    }

    static Answer ask(Resolver resolver, NameKey name) throws LookupException {
        if (name.service()) {
            return services(resolver, name.host());
        }
        Resolver.Answer answer = resolver.addresses(name.host());
        return new Answer(
                answer.addresses().stream()
                        .limit(MAX_ADDRESSES)
                        .map(each -> new Place(each, null))
                        .toList(),
                answer.ttl());
    }

    /** The addresses of each place of a service. A host without an address is left out, unless no host has any. */
    private static Answer services(Resolver resolver, String name) throws LookupException {
        Resolver.Services services = resolver.services(name);
        List<Place> places = new ArrayList<>();
        Duration least = services.ttl();
        LookupException failure = null;
        for (Service each : services.services().stream().limit(MAX_PLACES).toList()) {
            try {
                Resolver.Answer answer = resolver.addresses(each.address().host());
                answer.addresses().forEach(address -> places.add(new Place(address, each)));
                least = answer.ttl() == null || answer.ttl().compareTo(least) > 0 ? least : answer.ttl();
            } catch (LookupException e) {
                failure = e;
            }
        }
        if (places.isEmpty() && failure != null) {
            throw failure;
        }
        return new Answer(places.stream().limit(MAX_ADDRESSES).toList(), least);
    }

    /** Resolvers rotate their answers; a pool that prefers the first of its backends must not follow a rotation. */
    private static Answer unlessOnlyItsOrderChanged(Answer last, Answer answer) {
        boolean same = new HashSet<>(last.places()).equals(new HashSet<>(answer.places()));
        return same ? new Answer(last.places(), answer.ttl()) : answer;
    }

    private static String failure(List<Place> last) {
        return last.isEmpty()
                ? "its name does not resolve; it takes no sessions"
                : "its name no longer resolves; keeping " + digits(last);
    }

    private static List<String> digits(List<Place> places) {
        return places.stream().map(place -> place.address().getHostAddress()).toList();
    }

    /**
     * Forgets every name but these: a name that returns is looked up again, since its old answer may be out of date.
     */
    void keepOnly(Collection<NameKey> names) {
        answers.keySet().retainAll(names);
        failing.keySet().retainAll(names);
        Set<ResolveConfig> used = names.stream().map(NameKey::resolve).collect(Collectors.toSet());
        known.keySet().retainAll(used);
    }
}
