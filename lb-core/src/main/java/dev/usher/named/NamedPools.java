package dev.usher.named;

import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.pool.Backend;
import dev.usher.pool.ByName;
import dev.usher.pool.Pool;
import dev.usher.pool.Roster.Member;
import dev.usher.resolve.LookupException;
import dev.usher.resolve.Resolver;
import dev.usher.time.Clock;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pools behind one template. Each name has a look-up at a time, however many clients wait; the checked
 * addresses become a pool of their own, so that sessions try, blame and eject addresses as anywhere else. A session
 * connects to a checked address, and never looks the name up again.
 */
public final class NamedPools implements ByName {
    /** Answers kept; a name takes about a kilobyte. */
    private static final int MAX_NAMES = 4096;
    /** Addresses of a name; a session tries fewer. */
    private static final int MAX_ADDRESSES = 16;
    /** Look-ups under way: each has a thread for as long as the name server takes. */
    private static final int MAX_LOOKUPS = 64;

    private static final int MAX_LOOKUPS_OF_CLIENT = 16;
    /** An answer without a time of its own, or with less, is kept this long, so that a name is no stream of questions. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    /** A client coming again at once gets the same refusal. */
    private static final Duration FAILURE_KEPT = Duration.ofSeconds(5);

    private static final Found FULL = new Found(Outcome.LOOKUPS_FULL, null, "");
    private static final Logger log = LoggerFactory.getLogger(NamedPools.class);

    /** An answer, until its time is over. */
    private record Kept(Found found, long untilNanos) {}

    private final Pool template;
    private final Resolver resolver;
    private final AddressCheck check;
    private final Clock clock;
    private final Runnable wakeKeeper;
    private final LookupSlots slots = new LookupSlots(MAX_LOOKUPS, MAX_LOOKUPS_OF_CLIENT);
    private final Map<HostPort, Kept> kept = new ConcurrentHashMap<>();
    private final Map<HostPort, CompletableFuture<Found>> underWay = new ConcurrentHashMap<>();
    /** Pools with a change of time under way. */
    private final Map<Pool, Boolean> restless = new ConcurrentHashMap<>();

    private final AtomicLong lookups = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    /** @param template a pool with a template for its backend */
    public NamedPools(Pool template, Resolver resolver, Clock clock, Runnable wakeKeeper) {
        this(template, resolver, new AddressCheck(template.config().addressRules()), clock, wakeKeeper);
    }

    NamedPools(Pool template, Resolver resolver, AddressCheck check, Clock clock, Runnable wakeKeeper) {
        this.template = template;
        this.resolver = resolver;
        this.check = check;
        this.clock = clock;
        this.wakeKeeper = wakeKeeper;
    }

    // ---- for workers ----

    @Override
    public @Nullable Found find(HostPort address, InetAddress client, Consumer<Found> later) {
        Kept answer = kept.get(address);
        if (answer != null && isFresh(answer)) {
            return answer.found();
        }
        CompletableFuture<Found> mine = new CompletableFuture<>();
        CompletableFuture<Found> other = underWay.putIfAbsent(address, mine);
        if (other == null && !slots.take(client)) {
            underWay.remove(address);
            mine.complete(FULL); // for a client that came for the same name meanwhile
            return FULL;
        }
        CompletableFuture<Void> _ = (other == null ? mine : other).thenAccept(later);
        if (other == null) {
            begin(address, client, mine);
        }
        return null;
    }

    private boolean isFresh(Kept answer) {
        return clock.nanos() - answer.untilNanos() < 0;
    }

    private void begin(HostPort address, InetAddress client, CompletableFuture<Found> answer) {
        lookups.incrementAndGet();
        Thread.ofVirtual().name("look up " + address).start(() -> {
            Found found = lookUpSafely(address);
            underWay.remove(address);
            slots.giveBack(client);
            answer.complete(found);
        });
    }

    // ---- the look-up ----

    private Found lookUpSafely(HostPort address) {
        try {
            return lookUp(address);
        } catch (RuntimeException | Error bug) { // clients wait for an answer
            log.error("a bug in usher: the look-up of {} failed", address, bug);
            return new Found(Outcome.LOOKUP_FAILED, null, "a fault in usher");
        }
    }

    private Found lookUp(HostPort address) {
        try {
            Resolver.Answer answer = answer(address);
            return keep(address, judge(address, answer.addresses()), timeOf(answer.ttl()));
        } catch (LookupException failed) {
            failures.incrementAndGet();
            Outcome outcome = failed.isNoSuchName() ? Outcome.NO_SUCH_NAME : Outcome.LOOKUP_FAILED;
            return keep(address, new Found(outcome, null, String.valueOf(failed.getMessage())), FAILURE_KEPT);
        }
    }

    private Resolver.Answer answer(HostPort address) throws LookupException {
        return address.isIpLiteral()
                ? new Resolver.Answer(List.of(InetAddress.ofLiteral(address.host())), null)
                : resolver.addresses(address.host());
    }

    private Duration timeOf(@Nullable Duration ttl) {
        Duration longest = template.config().resolve().interval();
        Duration time = ttl == null || ttl.compareTo(longest) > 0 ? longest : ttl;
        return time.compareTo(SHORTEST) < 0 ? SHORTEST : time;
    }

    /** The pool of the allowed addresses. Refused addresses are left out. */
    private Found judge(HostPort address, List<InetAddress> addresses) {
        PoolConfig config = template.config().filled(address);
        List<Member> members = new ArrayList<>();
        String refusal = "no address of the family that " + template + " uses";
        for (InetAddress each : addresses) {
            if (members.size() == MAX_ADDRESSES || !isOfFamily(each)) {
                continue;
            }
            String no = check.refusal(each);
            if (no == null) {
                members.add(new Member(config.backends().getFirst(), new InetSocketAddress(each, address.port())));
            } else {
                refusal = no;
            }
        }
        if (members.isEmpty()) {
            refused.incrementAndGet();
            return new Found(Outcome.ADDRESS_REFUSED, null, refusal);
        }
        return new Found(Outcome.FOUND, pool(address, config, members), "");
    }

    private boolean isOfFamily(InetAddress address) {
        boolean ipv4 = address instanceof Inet4Address;
        Family family = template.config().resolve().family();
        boolean bySource =
                template.config().source() == null || template.config().source().isIpv4() == ipv4;
        return bySource && (family == Family.ANY || (family == Family.IPV4) == ipv4);
    }

    /** The pool kept for the name, with its verdicts, else a new pool. */
    private Pool pool(HostPort address, PoolConfig config, List<Member> members) {
        Kept before = kept.get(address);
        Pool pool = before == null || before.found().pool() == null
                ? template.named(config, this::wake)
                : before.found().pool();
        List<Backend> gone = pool.roster().setBackends(members, clock.nanos());
        pool.roster().remove(gone, "the name no longer has this address");
        return pool;
    }

    private Found keep(HostPort address, Found found, Duration time) {
        if (kept.size() >= MAX_NAMES && !kept.containsKey(address)) {
            makeRoom();
        }
        kept.put(address, new Kept(found, clock.nanos() + time.toNanos()));
        return found;
    }

    /** Forgets old answers; without any, the answer with the least time left. */
    private synchronized void makeRoom() {
        kept.values().removeIf(answer -> !isFresh(answer));
        while (kept.size() >= MAX_NAMES) {
            kept.entrySet().stream()
                    .min((one, other) -> Long.compare(
                            one.getValue().untilNanos() - other.getValue().untilNanos(), 0))
                    .ifPresent(first -> kept.remove(first.getKey(), first.getValue()));
        }
    }

    // ---- time ----

    /** A pool of a name has a change under way. Workers may call this. */
    private void wake(Pool pool) {
        if (restless.size() < MAX_NAMES) {
            restless.put(pool, true);
        }
        wakeKeeper.run();
    }

    @Override
    public boolean keep(long nowNanos) {
        restless.keySet().removeIf(pool -> !pool.roster().keep(nowNanos));
        return !restless.isEmpty();
    }

    // ---- for people ----

    @Override
    public @Nullable Found known(HostPort address) {
        Kept answer = kept.get(address);
        return answer == null ? null : answer.found();
    }

    @Override
    public Figures figures() {
        return new Figures(kept.size(), lookups.get(), failures.get(), refused.get());
    }
}
