package dev.usher.upkeep;

import dev.usher.background.Crowd;
import dev.usher.background.Task;
import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.SourceAddress;
import dev.usher.config.UnixPath;
import dev.usher.pool.Pool;
import dev.usher.pool.Roster.Member;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the backends of a configuration to addresses, and again at each interval. Each host name of a pool has a thread
 * of its own, so a slow name delays no other.
 */
final class Resolving implements AutoCloseable {
    /** Over any time-out of name servers: the C library gives up after less than half a minute by default. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(Resolving.class);

    private final BackendNames names;
    private final Consumer<Pool> onAnswer;
    private final Crowd crowd;
    /** Guarded by this. */
    private final List<Thread> threads = new ArrayList<>();

    private volatile boolean closed;

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
        names.lookUpNew(hosts(configs));
    }

    /** The backends of a configuration, by the last answers for its names. */
    List<Member> members(PoolConfig config) {
        List<Member> members = new ArrayList<>();
        for (BackendConfig backend : config.backends()) {
            for (SocketAddress address : addresses(backend.address(), config)) {
                members.add(new Member(backend, address));
            }
        }
        return members;
    }

    private List<? extends SocketAddress> addresses(Address backend, PoolConfig config) {
        return switch (backend) {
            case HostPort tcp ->
                addresses(tcp, config).stream()
                        .map(address -> new InetSocketAddress(address, tcp.port()))
                        .toList();
            case UnixPath unix -> List.of(UnixDomainSocketAddress.of(unix.path()));
        };
    }

    private List<InetAddress> addresses(HostPort backend, PoolConfig config) {
        if (backend.isIpLiteral()) {
            return List.of(InetAddress.ofLiteral(backend.host()));
        }
        return names.addresses(backend.host()).stream()
                .filter(address -> isWanted(address, config))
                .toList();
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

    /** Looks up the names of these pools again and again, and no other names from now on. */
    synchronized void follow(Collection<Pool> pools) {
        stop();
        names.keepOnly(hosts(pools.stream().map(Pool::config).toList()));
        for (Pool pool : pools) {
            for (String host : hosts(List.of(pool.config()))) {
                threads.add(Thread.ofVirtual()
                        .name("resolve " + host + " for " + pool)
                        .start(() -> lookUpAgain(pool, host)));
            }
        }
    }

    private void lookUpAgain(Pool pool, String host) {
        Task task = crowd.join(host + " of pool " + pool, PATIENCE);
        try {
            while (!closed) {
                Thread.sleep(names.pause(host, pool.config().resolve().interval()));
                lookUp(pool, host, task);
            }
        } catch (InterruptedException stopped) {
            // A new configuration has come, with its own thread.
        } finally {
            crowd.leave(task);
        }
    }

    private void lookUp(Pool pool, String host, Task task) throws InterruptedException {
        task.begins();
        try {
            names.lookUp(host);
            onAnswer.accept(pool);
            task.works();
        } catch (RuntimeException | Error bug) { // a failed lookup must not end the lookups for good
            if (task.failed(bug.toString())) {
                log.error("a bug in usher: the lookup of {} failed; more like it are not reported", host, bug);
            }
        }
    }

    private void stop() {
        threads.forEach(Thread::interrupt);
        threads.clear();
    }

    /** The host names in these configurations. */
    private static Set<String> hosts(Collection<PoolConfig> configs) {
        return configs.stream()
                .flatMap(config -> config.backends().stream())
                .flatMap(backend -> nameOf(backend.address()).stream())
                .collect(Collectors.toSet());
    }

    /** The host name of an address; empty for an address that needs no look-up. */
    static Optional<String> nameOf(Address address) {
        return address instanceof HostPort tcp && !tcp.isIpLiteral() ? Optional.of(tcp.host()) : Optional.empty();
    }

    @Override
    public synchronized void close() {
        closed = true;
        stop();
    }
}
