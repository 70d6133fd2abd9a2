package dev.usher.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.background.Background;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.ResolveConfig.Family;
import dev.usher.event.Events;
import dev.usher.pool.Backend;
import dev.usher.pool.Draws;
import dev.usher.pool.PoolWatcher;
import dev.usher.resolve.Resolver;
import dev.usher.testing.Await;
import dev.usher.testing.DnsStandIn;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Backends by SRV records, and by names of servers in the configuration. */
class ServiceBackendsTest {
    private static final String SERVICE = "_https._tcp.example";

    private final DnsStandIn dns = DnsStandIn.start();
    private final Pools pools = new Pools(
            1,
            Clock.SYSTEM,
            new Background(Clock.SYSTEM),
            PoolWatcher.NONE,
            () -> {},
            new BackendNames(Resolver::ofBackends, new Events(Clock.SYSTEM)),
            (_, _) -> {},
            (_, _) -> {},
            Draws.OF_THREADS);

    @AfterEach
    void close() {
        pools.close();
        dns.close();
    }

    private PoolConfig config(String name, String backend, Duration timeout) {
        return PoolConfigBuilder.of(name)
                .backend(BackendConfig.of(HostPort.parse(backend)))
                .resolve(new ResolveConfig(Duration.ofSeconds(30), Family.ANY, timeout, List.of(dns.address()), true))
                .build();
    }

    private List<Backend> backends(PoolConfig... configs) {
        Pools.Prepared prepared = pools.prepare(List.of(configs));
        pools.commit(prepared);
        return Objects.requireNonNull(prepared.pools().get(configs[0].name())).backends();
    }

    private static String text(Backend backend) {
        return backend.name() + " " + backend.configuredName() + " "
                + backend.config().weight() + (backend.config().backup() ? " backup" : "");
    }

    @Test
    void haveThePortsWeightsAndPrioritiesOfTheRecords() {
        dns.has(
                SERVICE,
                SERVICE + ". 30 IN SRV 10 65535 8443 a.example.",
                SERVICE + ". 30 IN SRV 10 0 443 b.example.",
                SERVICE + ". 30 IN SRV 20 32768 443 c.example.",
                SERVICE + ". 30 IN SRV 20 1 443 missing.example.");
        dns.has("a.example", "a.example. 30 IN A 192.0.2.1", "a.example. 30 IN AAAA 2001:db8::1");
        dns.has("b.example", "b.example. 30 IN A 192.0.2.2");
        dns.has("c.example", "c.example. 30 IN A 192.0.2.3");
        assertEquals(
                List.of(
                        "192.0.2.1:8443 a.example:8443 256",
                        "[2001:db8::1]:8443 a.example:8443 256",
                        "192.0.2.2:443 b.example:443 1",
                        "192.0.2.3:443 c.example:443 128 backup"),
                backends(config("p", SERVICE, Duration.ofSeconds(5))).stream()
                        .map(ServiceBackendsTest::text)
                        .toList());
    }

    @Test
    void keepSmallWeightsAsTheyAre() {
        dns.has(SERVICE, SERVICE + ". 30 IN SRV 0 5 443 a.example.", SERVICE + ". 30 IN SRV 0 10 443 b.example.");
        dns.has("a.example", "a.example. 30 IN A 192.0.2.1");
        dns.has("b.example", "b.example. 30 IN A 192.0.2.2");
        assertEquals(
                List.of(5, 10),
                backends(config("p", SERVICE, Duration.ofSeconds(5))).stream()
                        .map(backend -> backend.config().weight())
                        .toList());
    }

    @Test
    void areLookedUpAgainWhenTheirAnswerIsOver() {
        dns.has("a.example", "a.example. 1 IN A 192.0.2.1");
        PoolConfig config = config("p", "a.example:443", Duration.ofSeconds(5));
        Pools.Prepared prepared = pools.prepare(List.of(config));
        pools.commit(prepared);
        dns.has("a.example", "a.example. 1 IN A 192.0.2.2");
        Await.until(
                () -> Objects.requireNonNull(prepared.pools().get("p")).backends().stream()
                        .map(Backend::name)
                        .toList()
                        .equals(List.of("192.0.2.2:443")),
                "the new address is taken over, long before the interval");
    }

    @Test
    void ofASilentServerHoldUpNoOtherPool() {
        try (DnsStandIn silent = DnsStandIn.start()) {
            silent.is(DnsStandIn.Mode.SILENT);
            dns.has("a.example", "a.example. 30 IN A 192.0.2.1");
            PoolConfig slow = PoolConfigBuilder.of("slow")
                    .backend(BackendConfig.of(HostPort.parse("slow.example:443")))
                    .resolve(new ResolveConfig(
                            Duration.ofSeconds(30), Family.ANY, Duration.ofSeconds(1), List.of(silent.address()), true))
                    .build();
            assertEquals(
                    1,
                    backends(config("p", "a.example:443", Duration.ofSeconds(1)), slow)
                            .size());
        }
    }
}
