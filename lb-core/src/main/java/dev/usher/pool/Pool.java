package dev.usher.pool;

import dev.usher.config.PoolConfig;
import dev.usher.metrics.PoolLatencies;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A named set of backends, one of which takes each session. Shared by all workers. */
public final class Pool {
    private final PoolConfig config;
    private final PoolTimeouts timeouts;
    private final List<Backend> backends;
    private final Balancer primary;
    private final Balancer backup;
    /** By worker; filled by that worker at its first session, so that an idle pool costs nothing. */
    private final AtomicReferenceArray<@Nullable PoolLatencies> latencies;

    /** @param workers how many there are */
    public Pool(PoolConfig config, int workers) {
        this.config = config;
        this.backends = config.backends().stream().map(Backend::new).toList();
        this.timeouts = PoolTimeouts.of(config.timeouts());
        this.primary = balancer(backend -> !backend.config().backup());
        this.backup = balancer(backend -> backend.config().backup());
        this.latencies = new AtomicReferenceArray<>(workers);
    }

    /** The other methods than round-robin are read from the file, which says that they have no effect yet. */
    private Balancer balancer(Predicate<Backend> members) {
        return new RoundRobin(backends.stream().filter(members).toList());
    }

    public String name() {
        return config.name();
    }

    public PoolConfig config() {
        return config;
    }

    public PoolTimeouts timeouts() {
        return timeouts;
    }

    /** All of them, in the order of the file. */
    public List<Backend> backends() {
        return backends;
    }

    /**
     * Chooses a backend for a session and counts the session as open there, until {@link Backend#release}. Backups serve
     * only while none of the others can.
     *
     * @param tried backends that this session has tried in vain
     * @return null if none is available
     */
    public @Nullable Backend pick(List<Backend> tried) {
        Backend picked = primary.pick(tried);
        if (picked == null) {
            picked = backup.pick(tried);
        }
        if (picked != null) {
            picked.take();
        }
        return picked;
    }

    /** What worker number {@code worker} times of this pool. On that worker's thread. */
    public PoolLatencies latencies(int worker) {
        PoolLatencies known = latencies.get(worker);
        if (known == null) {
            known = new PoolLatencies();
            latencies.set(worker, known);
        }
        return known;
    }

    /** What all workers have timed so far. Any thread. */
    public List<PoolLatencies> allLatencies() {
        return IntStream.range(0, latencies.length())
                .mapToObj(latencies::get)
                .filter(known -> known != null)
                .toList();
    }

    @Override
    public String toString() {
        return config.name();
    }
}
