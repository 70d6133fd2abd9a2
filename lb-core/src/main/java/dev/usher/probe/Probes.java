package dev.usher.probe;

import dev.usher.background.Crowd;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.time.Clock;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The probes of all pools. */
public final class Probes implements AutoCloseable {
    /** Distance between first probes: short, since no backend has a verdict before its first probe, but not zero. */
    private static final Duration FIRST_EVERY = Duration.ofMillis(2);
    /**
     * First handshakes at once. A thousand of them in a fresh JVM would delay each other, and healthy backends would
     * seem down. A backend that does not answer holds up only other first handshakes.
     */
    private static final int FIRST_HANDSHAKES = 16;

    /** Interval between log lines about probes that cannot be made. */
    private static final Duration SAY_EVERY = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(Probes.class);

    /** Settings of a pool that every probe depends on. */
    private record Manner(
            HealthCheckConfig check,
            SendProxyProtocol header,
            @Nullable InetSocketAddress source) {
        static Manner of(Pool pool) {
            PoolConfig config = pool.config();
            return new Manner(config.healthCheck(), config.sendProxyProtocol(), pool.source());
        }
    }

    /** The probers of one pool. */
    private record Running(Manner manner, Map<Backend, Prober> probers) {}

    private final Clock clock;
    private final Crowd crowd;
    private final Function<SendProxyProtocol, byte[]> preambles;
    private final BiConsumer<Pool, Backend> onCertificate;
    private final Watchdog watchdog = new Watchdog();
    private final TrustStores trustStores = new TrustStores();
    private final Semaphore firstHandshakes = new Semaphore(FIRST_HANDSHAKES, true);
    /** Keyed by the pool's name. */
    private final Map<String, Running> running = new HashMap<>();

    private final AtomicLong notMade = new AtomicLong();
    private final AtomicLong notMadeSaidNanos;
    /** Time of the last scheduled first probe. Guarded by {@code this}. */
    private long nextFirstNanos;

    /**
     * @param crowd of the probes
     * @param preambles first bytes of a probe's connection, for a pool whose backends expect a PROXY header
     * @param onCertificate called after each probe that saw a certificate
     */
    public Probes(
            Clock clock,
            Crowd crowd,
            Function<SendProxyProtocol, byte[]> preambles,
            BiConsumer<Pool, Backend> onCertificate) {
        this.clock = clock;
        this.crowd = crowd;
        this.preambles = preambles;
        this.onCertificate = onCertificate;
        this.notMadeSaidNanos = new AtomicLong(clock.nanos() - SAY_EVERY.toNanos());
        this.nextFirstNanos = clock.nanos() - FIRST_EVERY.toNanos();
    }

    /**
     * Reads the trust stores of a configuration: before its pools are followed, and whenever the files may have
     * changed. Waits for the disk, so callers must hold no lock that others need.
     */
    public void readTrustStores(Collection<PoolConfig> pools) {
        trustStores.read(pools.stream().map(PoolConfig::healthCheck).toList());
    }

    /** Adjusts the probers: exactly the pool's current backends are probed, with the pool's current check. */
    public synchronized void follow(Pool pool) {
        PoolConfig config = pool.config();
        Running before = running.get(pool.name());
        Manner manner = Manner.of(pool);
        if (before != null && !before.manner().equals(manner)) {
            forget(pool.name());
            before = null;
        }
        if (config.healthCheck().type() == HealthCheckConfig.Type.NONE) {
            return;
        }
        Running now = before == null ? new Running(manner, new HashMap<>()) : before;
        running.put(pool.name(), now);
        now.probers().entrySet().removeIf(entry -> {
            boolean gone = !pool.backends().contains(entry.getKey());
            if (gone) {
                entry.getValue().stop();
            }
            return gone;
        });
        now.probers().values().forEach(prober -> prober.follow(pool));
        start(pool, now);
    }

    private void start(Pool pool, Running now) {
        Manner manner = now.manner();
        TlsProbing tls = new TlsProbing(manner.check(), trustStores);
        Probe probe =
                new Probe(manner.check(), tls, watchdog, clock, preambles.apply(manner.header()), manner.source());
        for (Backend backend : pool.backends()) {
            now.probers().computeIfAbsent(backend, _ -> {
                Prober prober = new Prober(
                        pool,
                        backend,
                        manner.check(),
                        probe,
                        onCertificate,
                        this::notMade,
                        firstHandshakes,
                        crowd,
                        clock);
                prober.start(firstDelay());
                return prober;
            });
        }
    }

    /** Logs one line for many probes: when one probe lacks a descriptor or its trust store, so do the rest. */
    private void notMade(String why) {
        long count = notMade.incrementAndGet();
        long now = clock.nanos();
        long last = notMadeSaidNanos.get();
        if (now - last >= SAY_EVERY.toNanos() && notMadeSaidNanos.compareAndSet(last, now)) {
            log.warn("{}; backends keep their state ({} probes so far)", why, count);
        }
    }

    private Duration firstDelay() {
        long now = clock.nanos();
        nextFirstNanos = Math.max(now, nextFirstNanos + FIRST_EVERY.toNanos());
        return Duration.ofNanos(nextFirstNanos - now);
    }

    /** Stops probing a pool. */
    public synchronized void forget(String pool) {
        Running before = running.remove(pool);
        if (before != null) {
            before.probers().values().forEach(Prober::stop);
        }
    }

    @Override
    public synchronized void close() {
        running.values().forEach(pool -> pool.probers().values().forEach(Prober::stop));
        running.clear();
        watchdog.close();
    }
}
