package dev.usher.upkeep;

import dev.usher.background.Crowd;
import dev.usher.background.Task;
import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.SourceAddress;
import dev.usher.config.UnixPath;
import dev.usher.named.BroughtAddress;
import dev.usher.pool.Pool;
import dev.usher.pool.Roster.Member;
import dev.usher.upkeep.BackendNames.NameKey;
import dev.usher.upkeep.BackendNames.Place;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the backends of a configuration to addresses, and again at each interval. */
final class Resolving implements AutoCloseable {
    /** Over any time-out of name servers: the C library gives up after less than half a minute by default. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** More lines tell a reader nothing new. */
    private static final int MAX_REFUSED = 1000;

    private static final Logger log = LoggerFactory.getLogger(Resolving.class);

    private final BackendNames names;
    private final Consumer<Pool> onAnswer;
    private final Crowd crowd;
    /** End the repeated lookups, one for each host name of a pool. Guarded by this. */
    private final List<Runnable> ends = new ArrayList<>();

    /** Refused addresses of names of sources: each is told once. */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /**
     * @param onAnswer called after each repeated lookup of a pool's name, also if nothing has changed
     * @param crowd of the lookups
     */
    Resolving(BackendNames names, Consumer<Pool> onAnswer, Crowd crowd) {
        this.names = names;
        this.onAnswer = onAnswer;
        this.crowd = crowd;
    }

    /** Looks up the names without an answer, and waits a while. */
    void lookUpNew(Collection<PoolConfig> configs) {
        names.lookUpNew(names(configs));
    }

    /** The backends of a configuration, by the last answers for its names. */
    List<Member> members(PoolConfig config) {
        if (config.isTemplate()) {
            return List.of(); // clients name the backends
        }
        return config.backends().stream()
                .flatMap(backend -> members(backend, config))
                .toList();
    }

    private Stream<Member> members(BackendConfig backend, PoolConfig config) {
        return switch (backend.address()) {
            case HostPort tcp when tcp.isIpLiteral() -> Stream.of(member(backend, InetAddress.ofLiteral(tcp.host())));
            case HostPort tcp ->
                members(backend, allowed(names.places(NameKey.of(tcp, config.resolve())), config), config);
            case UnixPath unix -> Stream.of(new Member(backend, UnixDomainSocketAddress.of(unix.path())));
        };
    }

    static Stream<Member> members(BackendConfig backend, List<Place> answer, PoolConfig config) {
        List<Place> wanted = answer.stream()
                .filter(place -> isWanted(place.address(), config))
                .toList();
        ServicePlaces services = ServicePlaces.of(wanted);
        return wanted.stream()
                .map(place -> member(
                        place.service() == null ? backend : services.configured(backend, place.service()),
                        place.address()));
    }

    /** @param backend with a port */
    private static Member member(BackendConfig backend, InetAddress address) {
        int port = backend.address() instanceof HostPort tcp ? tcp.port() : 0;
        return new Member(backend, new InetSocketAddress(address, port));
    }

    private static boolean isWanted(InetAddress address, PoolConfig config) {
        SourceAddress source = config.source();
        if (source != null && source.isIpv4() != address instanceof Inet4Address) {
            return false;
        }
        return switch (config.resolve().family()) {
            case ANY -> true;
            case IPV4 -> address instanceof Inet4Address;
            case IPV6 -> !(address instanceof Inet4Address);
        };
    }

    /** The places without addresses refused to sources. */
    private List<Place> allowed(List<Place> answer, PoolConfig config) {
        return config.origin() == null
                ? answer
                : answer.stream()
                        .filter(place -> isAllowed(place.address(), config))
                        .toList();
    }

    /** Whether a name of a source may lead to the address. */
    private boolean isAllowed(InetAddress address, PoolConfig config) {
        String refusal = BroughtAddress.refusal(address, config.addressRules());
        if (refusal == null) {
            return true;
        }
        String told = "a name of pool " + config.name() + " leads to a refused address: " + refusal;
        if (refused.size() < MAX_REFUSED && refused.add(told)) {
            log.warn("{}: left out; `to` of source {} would allow the address", told, config.origin());
        }
        return false;
    }

    /** Looks up the names of these pools again and again, and no other names from now on. */
    synchronized void follow(Collection<Pool> pools) {
        stop();
        names.keepOnly(names(pools.stream().map(Pool::config).toList()));
        for (Pool pool : pools) {
            names(List.of(pool.config())).forEach(name -> repeat(pool, name));
        }
    }

    private void repeat(Pool pool, NameKey name) {
        Task task = crowd.join(name.host() + " of pool " + pool, PATIENCE);
        Runnable end = names.repeat(name, pool, () -> lookUp(pool, name, task));
        ends.add(() -> {
            end.run();
            crowd.leave(task);
        });
    }

    private void lookUp(Pool pool, NameKey name, Task task) throws InterruptedException {
        task.begins();
        try {
            names.lookUp(name);
            onAnswer.accept(pool);
            task.works();
        } catch (RuntimeException | Error bug) { // a failed lookup must not end the lookups for good
            task.metBug(log, bug.toString(), "the lookup of " + name.host() + " failed", bug);
        }
    }

    private void stop() {
        ends.forEach(Runnable::run);
        ends.clear();
    }

    /** The host names in these configurations. */
    private static Set<NameKey> names(Collection<PoolConfig> configs) {
        return configs.stream()
                .filter(config -> !config.isTemplate())
                .flatMap(config ->
                        config.backends().stream().flatMap(backend -> nameOf(backend.address(), config).stream()))
                .collect(Collectors.toSet());
    }

    private static Optional<NameKey> nameOf(Address address, PoolConfig config) {
        return address instanceof HostPort tcp && !tcp.isIpLiteral()
                ? Optional.of(NameKey.of(tcp, config.resolve()))
                : Optional.empty();
    }

    @Override
    public synchronized void close() {
        stop();
    }
}
