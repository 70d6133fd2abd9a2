package dev.usher.upkeep;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.UnixPath;
import dev.usher.pool.CertificateSeen;
import dev.usher.pool.ProbeOutcome;
import dev.usher.pool.Roster.Member;
import dev.usher.pool.SocketText;
import dev.usher.probe.ProbeResult;
import dev.usher.probe.SingleProbes;
import dev.usher.probe.TlsWarmUp;
import dev.usher.resolve.LookupException;
import dev.usher.resolve.Resolver;
import dev.usher.time.Clock;
import dev.usher.upkeep.BackendNames.NameKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Each backend of a configuration, asked once, as the health check of the pool asks. */
public final class ProbeRound implements AutoCloseable {
    /** Enough that dead backends hold up few others, and few enough for a small descriptor limit. */
    private static final int AT_ONCE = 64;

    /**
     * The answer of one address.
     *
     * @param backend in digits; as configured where there is no address
     * @param up whether the probe succeeded
     * @param text in words: the success, or the failure and its cause
     * @param certificate of the backend; null if no handshake got far enough
     */
    public record Answer(
            String pool,
            String backend,
            boolean up,
            String text,
            Duration took,
            @Nullable CertificateSeen certificate) {}

    /** A backend of the file, and its answers to come: one for each address. */
    private record Asked(PoolConfig pool, BackendConfig backend, Future<List<Answer>> answers) {}

    private final Clock clock = Clock.SYSTEM;
    private final SingleProbes probes = new SingleProbes(clock, Pools::probeHeader);
    private final Map<ResolveConfig, Resolver> resolvers = new ConcurrentHashMap<>();
    private final Semaphore atOnce = new Semaphore(AT_ONCE, true);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger done = new AtomicInteger();

    /** Backends of the file that a round asks: all but templates, whose backends clients name. */
    public static int size(Collection<PoolConfig> pools) {
        return pools.stream()
                .filter(pool -> !pool.isTemplate())
                .mapToInt(pool -> pool.backends().size())
                .sum();
    }

    /**
     * Asks every backend, many at once. An instance runs once.
     *
     * @param patience for the whole round; backends without an answer by then have failed
     * @param progress told, from any thread, how many backends of the file have been asked
     * @return in the order of the file
     */
    public List<Answer> run(Collection<PoolConfig> pools, Duration patience, IntConsumer progress)
            throws InterruptedException {
        long deadline = clock.nanos() + patience.toNanos();
        TlsWarmUp.begin(pools).await(); // or the first handshakes would be charged with the classes of TLS
        List<Asked> asked = new ArrayList<>();
        for (PoolConfig pool : pools) {
            for (BackendConfig backend : pool.isTemplate() ? List.<BackendConfig>of() : pool.backends()) {
                asked.add(new Asked(pool, backend, threads.submit(() -> ask(pool, backend, progress))));
            }
        }
        List<Answer> answers = new ArrayList<>();
        for (Asked each : asked) {
            answers.addAll(await(each, deadline, patience));
        }
        return answers;
    }

    private List<Answer> await(Asked asked, long deadline, Duration patience) throws InterruptedException {
        try {
            return asked.answers().get(Math.max(0, deadline - clock.nanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            asked.answers().cancel(true);
            return List.of(
                    failed(asked.pool(), asked.backend(), "not asked within " + patience.toSeconds() + " s", patience));
        } catch (ExecutionException bug) {
            throw new IllegalStateException(bug.getCause());
        }
    }

    private List<Answer> ask(PoolConfig pool, BackendConfig backend, IntConsumer progress) throws InterruptedException {
        atOnce.acquire();
        long began = clock.nanos();
        try {
            List<Member> members = members(pool, backend);
            return members.isEmpty()
                    ? List.of(failed(pool, backend, "no address of the wanted family", since(began)))
                    : members.stream().map(member -> answer(pool, member)).toList();
        } catch (LookupException unknown) {
            return List.of(failed(pool, backend, unknown.getMessage(), since(began)));
        } finally {
            atOnce.release();
            progress.accept(done.incrementAndGet());
        }
    }

    private List<Member> members(PoolConfig pool, BackendConfig backend) throws LookupException {
        return switch (backend.address()) {
            case UnixPath unix -> List.of(new Member(backend, UnixDomainSocketAddress.of(unix.path())));
            case HostPort tcp
            when tcp.isIpLiteral() ->
                List.of(new Member(backend, new InetSocketAddress(InetAddress.ofLiteral(tcp.host()), tcp.port())));
            case HostPort tcp -> {
                Resolver resolver = resolvers.computeIfAbsent(pool.resolve(), Resolver::ofBackends);
                Stream<Member> found = Resolving.members(
                        backend,
                        BackendNames.ask(resolver, NameKey.of(tcp, pool.resolve()))
                                .places(),
                        pool);
                yield found.toList();
            }
        };
    }

    private Answer answer(PoolConfig pool, Member member) {
        ProbeResult result = probes.run(pool, member.address());
        return new Answer(
                pool.name(),
                SocketText.of(member.address()),
                result.outcome() == ProbeOutcome.SUCCESS,
                result.text(),
                Duration.ofNanos(result.nanos()),
                result.certificate());
    }

    private static Answer failed(PoolConfig pool, BackendConfig backend, @Nullable String why, Duration took) {
        return new Answer(pool.name(), backend.address().toString(), false, String.valueOf(why), took, null);
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(clock.nanos() - nanos);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        probes.close();
    }
}
