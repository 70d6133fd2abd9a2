package dev.usher;

import dev.usher.config.BackendConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.config.SendProxyProtocol;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.Pool.Member;
import dev.usher.pool.PoolWatcher;
import dev.usher.probe.Probes;
import dev.usher.proxyheader.ProxyHeader;
import dev.usher.time.Clock;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life of pools off the data path. Pools are built from a configuration and kept through the next; host names are
 * resolved, and backends probed. A single thread, the keeper, looks after changes with time.
 */
final class Pools implements AutoCloseable {
    /** How often the keeper looks while an ejection or a slow start is under way. */
    private static final long KEEP_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final Logger log = LoggerFactory.getLogger(Pools.class);

    /** Called with removed backends, whether removed by configuration or by resolution of a host name. */
    private final BiConsumer<Pool, List<Backend>> onRemoved;

    private final int workers;
    private final Clock clock;
    private final PoolWatcher watcher;
    private final Probes probes;
    private final Thread keeper;
    private volatile Map<String, Pool> pools = Map.of();
    /**
     * Each pool's threads for repeated resolution of host names, a thread for each name, so a slow name delays no
     * other. Guarded by this.
     */
    private final Map<String, List<Thread>> resolvers = new HashMap<>();

    private final BackendNames names;

    /** Further work of the keeper's thread, about once a second. */
    private final Runnable everySecond;

    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile boolean closed;

    Pools(
            int workers,
            Clock clock,
            PoolWatcher watcher,
            BackendNames names,
            BiConsumer<Pool, List<Backend>> onRemoved,
            BiConsumer<Pool, Backend> onCertificate,
            Runnable everySecond) {
        this.workers = workers;
        this.clock = clock;
        this.watcher = watcher;
        this.names = names;
        this.onRemoved = onRemoved;
        this.everySecond = everySecond;
        this.probes = new Probes(clock, Pools::probeHeader, onCertificate);
        this.keeper = Thread.ofPlatform().daemon().name("pools").unstarted(this::keep);
        keeper.start();
    }

    /** The PROXY header of a probe to a backend that expects one: marks the connection as our own. */
    private static byte[] probeHeader(SendProxyProtocol header) {
        ByteBuffer written = ByteBuffer.allocate(ProxyHeader.MAX_V1_BYTES);
        switch (header) {
            case NONE -> {}
            case V1 -> ProxyHeader.writeV1Unknown(written);
            case V2 -> ProxyHeader.writeV2Local(written);
        }
        return Arrays.copyOf(written.array(), written.position());
    }

    /**
     * The pools of the next configuration, before they are in force.
     *
     * @param pools by name
     * @param gone by pool, the backends in force to be removed
     */
    record Prepared(Map<String, Pool> pools, Map<Pool, List<Backend>> gone) {}

    /** Reads the files of probes again; file contents may change under the same configuration. */
    void readFilesAgain() {
        probes.readTrustStores(pools.values().stream().map(Pool::config).toList());
    }

    /**
     * Builds the pools of a configuration, without a change of the pools in force. Waits for names and files before
     * taking the monitor, since resolved names wait for the monitor.
     */
    Prepared prepare(Collection<PoolConfig> configs) {
        names.lookUpNew(hosts(configs));
        probes.readTrustStores(configs);
        return build(configs);
    }

    private synchronized Prepared build(Collection<PoolConfig> configs) {
        Map<String, Pool> next = new LinkedHashMap<>();
        Map<Pool, List<Backend>> gone = new LinkedHashMap<>();
        for (PoolConfig config : configs) {
            Pool known = pools.get(config.name());
            Pool pool = known == null ? new Pool(config, workers, watcher, this::wake) : known.successor(config);
            next.put(config.name(), pool);
            gone.put(pool, pool.setBackends(members(config), clock.nanos()));
        }
        pools.forEach((name, pool) -> {
            if (!next.containsKey(name)) {
                gone.put(pool, pool.backends());
            }
        });
        return new Prepared(next, gone);
    }

    /**
     * Puts prepared pools into force. Call after routing has been swapped, so that no session begins with the old
     * pools.
     */
    synchronized void commit(Prepared prepared) {
        Map<String, Pool> before = pools;
        pools = Map.copyOf(prepared.pools());
        before.keySet().forEach(this::stopResolving);
        before.keySet().stream().filter(name -> !pools.containsKey(name)).forEach(probes::forget);
        names.keepOnly(
                hosts(prepared.pools().values().stream().map(Pool::config).toList()));
        prepared.gone().forEach((pool, gone) -> remove(pool, gone, "removed from the configuration"));
        prepared.pools().values().forEach(this::startResolving);
        wake();
    }

    /** Probes the backends of the pools in force, and no other backends. */
    synchronized void probe() {
        pools.values().forEach(probes::follow);
    }

    // ---- names ----

    /** The host names in these pools. */
    private static Set<String> hosts(Collection<PoolConfig> configs) {
        return configs.stream()
                .flatMap(config -> config.backends().stream())
                .filter(backend -> !backend.address().isIpLiteral())
                .map(backend -> backend.address().host())
                .collect(Collectors.toSet());
    }

    /** The backends of a configuration, by the last answers for its names. */
    private List<Member> members(PoolConfig config) {
        List<Member> members = new ArrayList<>();
        for (BackendConfig backend : config.backends()) {
            for (InetAddress address : addresses(backend, config.resolve().family())) {
                members.add(new Member(
                        backend,
                        new InetSocketAddress(address, backend.address().port())));
            }
        }
        return members;
    }

    private List<InetAddress> addresses(BackendConfig backend, Family family) {
        byte @Nullable [] literal = backend.address().ip();
        if (literal != null) {
            try {
                return List.of(InetAddress.getByAddress(literal));
            } catch (UnknownHostException impossible) {
                throw new IllegalStateException("a literal has 4 or 16 bytes", impossible);
            }
        }
        return names.addresses(backend.address().host()).stream()
                .filter(address -> switch (family) {
                    case ANY -> true;
                    case IPV4 -> address instanceof Inet4Address;
                    case IPV6 -> !(address instanceof Inet4Address);
                })
                .toList();
    }

    private void startResolving(Pool pool) {
        resolvers.put(
                pool.name(),
                hosts(List.of(pool.config())).stream()
                        .map(host -> Thread.ofVirtual()
                                .name("resolve " + host + " for " + pool)
                                .start(() -> resolveAgain(pool, host)))
                        .toList());
    }

    private void stopResolving(String pool) {
        resolvers.getOrDefault(pool, List.of()).forEach(Thread::interrupt);
        resolvers.remove(pool);
    }

    private void resolveAgain(Pool pool, String host) {
        try {
            while (!closed) {
                Thread.sleep(names.pause(host, pool.config().resolve().interval()));
                names.lookUp(host);
                synchronized (this) {
                    if (Thread.interrupted()) {
                        return; // a new configuration has come meanwhile
                    }
                    for (Backend gone : pool.setBackends(members(pool.config()), clock.nanos())) {
                        String name = gone.config().address().host(); // not our host, if just reconfigured
                        remove(pool, List.of(gone), name + " no longer resolves to this address");
                    }
                    probes.follow(pool);
                }
            }
        } catch (InterruptedException stopped) {
            // A new configuration has come, with its own thread.
        }
    }

    private void remove(Pool pool, List<Backend> gone, String why) {
        if (!gone.isEmpty()) {
            pool.remove(gone, why);
            onRemoved.accept(pool, gone);
        }
    }

    // ---- the keeper ----

    private void keep() {
        long lookedNanos = clock.nanos();
        boolean soon = false;
        while (!closed) {
            if (asked.getAndSet(false) || soon) {
                soon = keepPools();
            }
            if (clock.nanos() - lookedNanos >= SECOND_NANOS) {
                lookedNanos = clock.nanos();
                lookAtLimits();
            }
            LockSupport.parkNanos(soon ? KEEP_EVERY_NANOS : SECOND_NANOS);
        }
    }

    private boolean keepPools() {
        boolean soon = false;
        for (Pool pool : pools.values()) {
            try {
                soon |= pool.keep(clock.nanos());
            } catch (RuntimeException bug) {
                log.error("a bug in usher: upkeep of pool {} failed", pool, bug);
            }
        }
        return soon;
    }

    private void lookAtLimits() {
        try {
            everySecond.run();
        } catch (RuntimeException bug) {
            log.error("a bug in usher: the check of the limits failed", bug);
        }
    }

    /** Wakes the keeper: a state that changes with time has begun. */
    void wake() {
        asked.set(true);
        LockSupport.unpark(keeper);
    }

    @Override
    public synchronized void close() {
        closed = true;
        resolvers.values().forEach(threads -> threads.forEach(Thread::interrupt));
        probes.close();
        wake();
    }
}
