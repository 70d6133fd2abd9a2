package dev.usher.upkeep;

import dev.usher.background.Background;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.named.NamedPools;
import dev.usher.pool.Backend;
import dev.usher.pool.ByName;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.probe.Probes;
import dev.usher.proxyheader.ProxyHeader;
import dev.usher.resolve.Resolver;
import dev.usher.time.Clock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The life of pools off the data path. Pools are built from a configuration and kept through the next; their backends
 * follow the answers for host names, and are probed.
 */
public final class Pools implements AutoCloseable {
    private static final String LOOK_UP_REMEDY =
            "the last addresses stay in use meanwhile. Check the name servers of this machine; the log has more";
    private static final String PROBE_REMEDY = "backends keep their state meanwhile; the log has more";

    private final int workers;
    private final Clock clock;
    private final PoolWatcher watcher;
    private final Runnable wakeKeeper;
    /** Called with removed backends, whether removed by configuration or by resolution of a host name. */
    private final BiConsumer<Pool, List<Backend>> onRemoved;

    private final RandomGenerator draws;
    private final Resolving resolving;
    private final Probes probes;
    /** By name. */
    private volatile Map<String, Pool> pools = Map.of();

    private boolean closed;

    public Pools(
            int workers,
            Clock clock,
            Background background,
            PoolWatcher watcher,
            Runnable wakeKeeper,
            BackendNames names,
            BiConsumer<Pool, List<Backend>> onRemoved,
            BiConsumer<Pool, Backend> onCertificate,
            RandomGenerator draws) {
        this.workers = workers;
        this.clock = clock;
        this.watcher = watcher;
        this.wakeKeeper = wakeKeeper;
        this.onRemoved = onRemoved;
        this.draws = draws;
        this.resolving = new Resolving(names, this::onAnswer, background.crowd("name look-ups", LOOK_UP_REMEDY));
        this.probes = new Probes(clock, background.crowd("probes", PROBE_REMEDY), Pools::probeHeader, onCertificate);
    }

    /** The PROXY header of a probe to a backend that expects one: marks the connection as our own. */
    static byte[] probeHeader(SendProxyProtocol header) {
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
    public record Prepared(Map<String, Pool> pools, Map<Pool, List<Backend>> gone) {}

    /** Reads the files of probes again; file contents may change under the same configuration. */
    public void readFilesAgain() {
        probes.readTrustStores(pools.values().stream().map(Pool::config).toList());
    }

    /**
     * Builds the pools of a configuration, without a change of the pools in force. Waits for names and files before
     * taking the monitor, since resolved names wait for the monitor.
     */
    public Prepared prepare(Collection<PoolConfig> configs) {
        resolving.lookUpNew(configs);
        probes.readTrustStores(configs);
        return build(configs);
    }

    private synchronized Prepared build(Collection<PoolConfig> configs) {
        Map<String, Pool> next = new LinkedHashMap<>();
        Map<Pool, List<Backend>> gone = new LinkedHashMap<>();
        for (PoolConfig config : configs) {
            Pool known = pools.get(config.name());
            Pool pool = known == null ? new Pool(config, workers, watcher, wakeKeeper, draws) : known.successor(config);
            if (config.isTemplate()) {
                pool.findBy(byName(known, pool));
            }
            next.put(config.name(), pool);
            gone.put(pool, pool.roster().setBackends(resolving.members(config), clock.nanos()));
        }
        pools.forEach((name, pool) -> {
            if (!next.containsKey(name)) {
                gone.put(pool, pool.backends());
            }
        });
        return new Prepared(next, gone);
    }

    /** A changed configuration begins anew: kept answers were judged by other rules. */
    private ByName byName(@Nullable Pool known, Pool pool) {
        ByName before = known != null && known.config().equals(pool.config()) ? known.byName() : null;
        return before != null
                ? before
                : new NamedPools(pool, Resolver.ofClients(pool.config().resolve()), clock, wakeKeeper);
    }

    /**
     * Puts prepared pools into force. Call after routing has been swapped, so that no session begins with the old
     * pools.
     */
    public synchronized void commit(Prepared prepared) {
        Map<String, Pool> before = pools;
        pools = Map.copyOf(prepared.pools());
        before.keySet().stream().filter(name -> !pools.containsKey(name)).forEach(probes::forget);
        prepared.gone().forEach((pool, gone) -> remove(pool, gone, "removed from the configuration"));
        resolving.follow(pools.values());
        wakeKeeper.run();
    }

    /** Probes the backends of the pools in force, and no other backends. */
    public synchronized void probe() {
        pools.values().forEach(probes::follow);
    }

    /** Takes over a new answer for a name of this pool. */
    @SuppressWarnings("ReferenceEquality") // a successor has the same name
    private synchronized void onAnswer(Pool pool) {
        if (closed || pools.get(pool.name()) != pool) {
            return; // a new configuration has come meanwhile
        }
        for (Backend gone : pool.roster().setBackends(resolving.members(pool.config()), clock.nanos())) {
            // another name than looked up, if just reconfigured
            remove(pool, List.of(gone), nameOf(gone) + " no longer resolves to this address");
        }
        probes.follow(pool);
    }

    private static String nameOf(Backend backend) {
        return backend.config().address() instanceof HostPort tcp ? tcp.host() : backend.configuredName();
    }

    private void remove(Pool pool, List<Backend> gone, String why) {
        if (!gone.isEmpty()) {
            pool.roster().remove(gone, why);
            onRemoved.accept(pool, gone);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        resolving.close();
        probes.close();
    }
}
