package dev.usher.probe;

import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.SourceAddress;
import dev.usher.time.Clock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Function;

/** Probes on demand, without a pool that hears of them. Any number of threads may ask at once. */
public final class SingleProbes implements AutoCloseable {
    private final Clock clock;
    private final Function<SendProxyProtocol, byte[]> preambles;
    private final Watchdog watchdog = new Watchdog();
    private final TrustStores trustStores = new TrustStores();

    /** @param preambles first bytes of a probe's connection, for a pool whose backends expect a PROXY header */
    public SingleProbes(Clock clock, Function<SendProxyProtocol, byte[]> preambles) {
        this.clock = clock;
        this.preambles = preambles;
    }

    /** Probes an address as the pool's check says; a pool without a check, by a connect. Blocks for the check's time-out. */
    public ProbeResult run(PoolConfig pool, SocketAddress backend) {
        HealthCheckConfig configured = pool.healthCheck();
        HealthCheckConfig check = configured.type() == HealthCheckConfig.Type.NONE
                ? configured.withType(HealthCheckConfig.Type.TCP)
                : configured;
        SourceAddress source = pool.source();
        Probe probe = new Probe(
                check,
                new TlsProbing(check, trustStores),
                watchdog,
                clock,
                preambles.apply(pool.sendProxyProtocol()),
                source == null ? null : new InetSocketAddress(InetAddress.ofLiteral(source.text()), 0));
        return probe.run(backend);
    }

    @Override
    public void close() {
        watchdog.close();
    }
}
