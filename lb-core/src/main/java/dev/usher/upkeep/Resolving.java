package dev.usher.upkeep;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.SourceAddress;
import dev.usher.pool.Pool;
import dev.usher.pool.Roster.Member;
import dev.usher.upkeep.BackendNames.NameKey;
import dev.usher.upkeep.BackendNames.Place;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * From the backends of a configuration to addresses, and again at each interval. Each host name of a pool has a thread
 * of its own, so a slow name delays no other.
 */
final class Resolving implements AutoCloseable {
    private final BackendNames names;
    private final Consumer<Pool> onAnswer;
    /** Guarded by this. */
    private final List<Thread> threads = new ArrayList<>();

    private volatile boolean closed;

    /** @param onAnswer called after each repeated lookup of a pool's name, also if nothing has changed */
    Resolving(BackendNames names, Consumer<Pool> onAnswer) {
        this.names = names;
        this.onAnswer = onAnswer;
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
        List<Member> members = new ArrayList<>();
        for (BackendConfig backend : config.backends()) {
            HostPort address = backend.address();
            if (address.isIpLiteral()) {
                members.add(member(backend, InetAddress.ofLiteral(address.host())));
            } else {
                members.addAll(members(backend, names.places(NameKey.of(address, config.resolve())), config));
            }
        }
        return members;
    }

    private static Member member(BackendConfig backend, InetAddress address) {
        return new Member(
                backend, new InetSocketAddress(address, backend.address().port()));
    }

    private static List<Member> members(BackendConfig backend, List<Place> answer, PoolConfig config) {
        List<Place> wanted = answer.stream()
                .filter(place -> isWanted(place.address(), config))
                .toList();
        ServicePlaces services = ServicePlaces.of(wanted);
        return wanted.stream()
                .map(place -> member(
                        place.service() == null ? backend : services.configured(backend, place.service()),
                        place.address()))
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
        names.keepOnly(names(pools.stream().map(Pool::config).toList()));
        for (Pool pool : pools) {
            for (NameKey name : names(List.of(pool.config()))) {
                threads.add(Thread.ofVirtual()
                        .name("resolve " + name.host() + " for " + pool)
                        .start(() -> lookUpAgain(pool, name)));
            }
        }
    }

    private void lookUpAgain(Pool pool, NameKey name) {
        try {
            while (!closed) {
                Thread.sleep(names.pause(name));
                names.lookUp(name);
                onAnswer.accept(pool);
            }
        } catch (InterruptedException stopped) {
            // A new configuration has come, with its own thread.
        }
    }

    private void stop() {
        threads.forEach(Thread::interrupt);
        threads.clear();
    }

    /** The host names in these configurations. */
    private static Set<NameKey> names(Collection<PoolConfig> configs) {
        return configs.stream()
                .filter(config -> !config.isTemplate())
                .flatMap(config -> config.backends().stream()
                        .filter(backend -> !backend.address().isIpLiteral())
                        .map(backend -> NameKey.of(backend.address(), config.resolve())))
                .collect(Collectors.toSet());
    }

    @Override
    public synchronized void close() {
        closed = true;
        stop();
    }
}
