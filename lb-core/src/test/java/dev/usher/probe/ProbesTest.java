package dev.usher.probe;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.background.Background;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPools;
import dev.usher.testing.TestUsher;
import dev.usher.testing.TlsServer;
import dev.usher.testing.TlsServer.Identity;
import dev.usher.time.Clock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All probes of a pool, as they go on. */
class ProbesTest {
    /** In place of a PROXY header: a backend is never told of a TCP probe that has nothing to say. */
    private static final byte[] GREETING = {'h', 'i'};

    private final Background background = new Background(Clock.SYSTEM);
    private volatile Runnable onCertificate = () -> {};

    private final Probes probes = new Probes(
            Clock.SYSTEM,
            background.crowd("probes", "look"),
            header -> header == SendProxyProtocol.NONE ? new byte[0] : GREETING,
            (_, _) -> onCertificate.run());

    @AfterEach
    void close() {
        probes.close();
    }

    private Pool probed(PoolConfigBuilder config) {
        Pool pool = TestPools.of(config.build(), 1);
        probes.follow(pool);
        return pool;
    }

    private static void awaitState(Backend backend, BackendState state) {
        Await.until(() -> backend.state() == state, backend + " is " + state + ", not " + backend.state());
    }

    @Test
    void theFirstRoundDecides() {
        try (TestBackend good = TestBackend.start(TestBackend.SILENT);
                TestBackend bad = TestBackend.refusing()) {
            Pool pool = probed(PoolConfigBuilder.of("web")
                    .backend(good.config())
                    .backend(bad.config())
                    .check(HealthCheckConfig.Type.TCP)
                    .rise(100)
                    .fall(100));
            awaitState(pool.backends().getFirst(), BackendState.UP);
            awaitState(pool.backends().getLast(), BackendState.DOWN);
            assertEquals("connection refused", pool.backends().getLast().reason());
            assertEquals(
                    "connected",
                    Objects.requireNonNull(pool.backends().getFirst().lastProbe())
                            .text());
        }
    }

    /** The slow one's probes take two seconds each; the other has hundreds meanwhile. */
    @Test
    void aSlowBackendDelaysNobodyElse() {
        try (TestBackend slow = TestBackend.unreachable();
                TestBackend good = TestBackend.start(TestBackend.CLOSE)) {
            Pool pool = probed(PoolConfigBuilder.of("web")
                    .backend(slow.config())
                    .backend(good.config())
                    .check(HealthCheckConfig.Type.TCP)
                    .sendProxyProtocol(SendProxyProtocol.V1)
                    .probeTimeout(Duration.ofSeconds(60)));
            good.connection(20);
            assertEquals(BackendState.UNPROBED, pool.backends().getFirst().state());
            assertEquals(BackendState.UP, pool.backends().getLast().state());
        }
    }

    @Test
    void aFirstProbeWaitsForItsTurn() {
        try (TestBackend backend = TestBackend.start(TestBackend.CLOSE);
                Watchdog watchdog = new Watchdog()) {
            Pool pool = TestPools.of(
                    PoolConfigBuilder.of("web")
                            .backend(backend.config())
                            .check(HealthCheckConfig.Type.TCP)
                            .interval(Duration.ofSeconds(1))
                            .build(),
                    1);
            HealthCheckConfig check = pool.config().healthCheck();
            TlsProbing tls = new TlsProbing(check, new TrustStores());
            Probe probe = new Probe(check, tls, watchdog, Clock.SYSTEM, GREETING, null);
            Prober prober = new Prober(
                    pool,
                    pool.backends().getFirst(),
                    check,
                    probe,
                    (_, _) -> {},
                    _ -> {},
                    new Semaphore(1),
                    background.crowd("probes", "look"),
                    Clock.SYSTEM);
            long began = System.nanoTime();
            prober.start(Duration.ofMillis(1300)); // a whole interval less
            backend.connection(0);
            long millis = (System.nanoTime() - began) / 1_000_000;
            prober.stop();
            assertTrue(millis >= 300, "after " + millis + " ms");
        }
    }

    /** Six beginnings of probes that take nearly the interval each: from end to beginning they would take 3.3 s. */
    @Test
    void theIntervalIsFromBeginningToBeginning() {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT)) {
            long began = System.nanoTime();
            probed(PoolConfigBuilder.of("web")
                    .backend(silent.config())
                    .check(HealthCheckConfig.Type.TLS)
                    .interval(Duration.ofMillis(350))
                    .probeTimeout(Duration.ofMillis(300)));
            silent.connection(6);
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertTrue(millis < 2900, "6 probes took " + millis + " ms");
        }
    }

    /** The JVM sets up its TLS during the first handshake, and the machine may be busy. */
    @Test
    void aFirstTimeOutDecidesNothingBeforeFall() {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT)) {
            CompletableFuture<String> decided = new CompletableFuture<>();
            probes.follow(TestPools.of(
                    PoolConfigBuilder.of("web")
                            .backend(silent.config())
                            .check(HealthCheckConfig.Type.TLS)
                            .fall(3)
                            .probeTimeout(Duration.ofMillis(200))
                            .build(),
                    1,
                    decision(
                            after -> { // the prober waits meanwhile, so that there is no fourth probe
                                silent.connection(2);
                                decided.complete(
                                        after + " after " + silent.connections().size());
                            })));
            assertEquals("DOWN after 3", decided.orTimeout(30, TimeUnit.SECONDS).join());
        }
    }

    private static PoolWatcher decision(Consumer<BackendState> taken) {
        return new PoolWatcher() {
            @Override
            public void onBackend(Pool pool, Backend backend, BackendState before, BackendState after) {
                taken.accept(after);
            }

            @Override
            public void onPool(Pool pool, int serving) {}
        };
    }

    /** Nobody waits for a probe: one that fails by a fault of usher's own is known, and goes on. */
    @Test
    void aFaultOfItsOwnIsKnownAndEndsNoProbe() throws Exception {
        onCertificate = () -> {
            throw new NoClassDefFoundError("gone");
        };
        try (TlsServer server = TlsServer.start(Identity.of("www.example.com"), "")) {
            Pool pool = probed(PoolConfigBuilder.of("web")
                    .backend(server.config())
                    .check(HealthCheckConfig.Type.TLS)
                    .interval(Duration.ofMillis(50))
                    .probeTimeout(Duration.ofSeconds(5)));
            Await.until(() -> !background.failing().isEmpty(), "the fault is known");
            assertEquals(
                    pool.backends().getFirst() + " of pool web: java.lang.NoClassDefFoundError: gone",
                    background.failing().getFirst().why());
            onCertificate = () -> {};
            Await.until(() -> background.failing().isEmpty(), "it works again");
            assertEquals(BackendState.UP, pool.backends().getFirst().state());
        }
    }

    /** A prober waits for its backend as long as it takes where the watchdog does not end it. */
    @Test
    void aProbeThatHangsIsKnownUntilItsPoolIsForgotten() {
        ManualClock clock = new ManualClock();
        Background told = new Background(clock);
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT);
                Probes hanging = new Probes(Clock.SYSTEM, told.crowd("probes", "look"), _ -> GREETING, (_, _) -> {})) {
            Pool pool = TestPools.of(
                    PoolConfigBuilder.of("web")
                            .backend(silent.config())
                            .check(HealthCheckConfig.Type.TLS)
                            .interval(Duration.ofHours(1))
                            .probeTimeout(Duration.ofMinutes(1))
                            .build(),
                    1);
            hanging.follow(pool);
            silent.connection(0);
            assertEquals(List.of(), told.failing());
            clock.advance(Duration.ofSeconds(91));
            assertEquals(
                    pool.backends().getFirst() + " of pool web: it has been stuck for more than 90 s",
                    told.failing().getFirst().why());
            hanging.forget("web");
            assertEquals(List.of(), told.failing());
        }
    }

    @Test
    void aHandshakeEndsAnEjectionAndTheCertificateIsShown() throws Exception {
        try (TlsServer server = TlsServer.start(Identity.of("www.example.com"), "")) {
            Pool pool = probed(PoolConfigBuilder.of("web")
                    .backend(server.config())
                    .check(HealthCheckConfig.Type.TLS)
                    .probeTimeout(Duration.ofSeconds(5))
                    .ejection(1, Duration.ofHours(1), Duration.ofHours(1), 100));
            Backend backend = pool.backends().getFirst();
            Await.until(() -> backend.certificate() != null, "a certificate was seen");
            assertTrue(Objects.requireNonNull(backend.certificate()).covers("www.example.com"));
            pool.blame(backend, System.nanoTime());
            Await.until(() -> backend.reason().equals("a TLS probe succeeded"), "it is back, not " + backend.reason());
            assertEquals(BackendState.UP, backend.state());
        }
    }

    @Test
    void aDisabledBackendIsNotProbed() {
        try (TestBackend backend = TestBackend.start(TestBackend.CLOSE)) {
            Pool pool = probed(PoolConfigBuilder.of("web")
                    .backend(backend.config())
                    .check(HealthCheckConfig.Type.TCP)
                    .sendProxyProtocol(SendProxyProtocol.V1));
            backend.connection(1);
            pool.roster().setAdminState(pool.backends().getFirst(), AdminState.DISABLED, "tester", System.nanoTime());
            int[] settled = {-1, 0};
            Await.until(
                    () -> { // 20 times the interval without a probe
                        int now = backend.connections().size();
                        settled[1] = now == settled[0] ? settled[1] + 1 : 0;
                        settled[0] = now;
                        return settled[1] > 800;
                    },
                    "probes end");
            pool.roster().setAdminState(pool.backends().getFirst(), AdminState.READY, "tester", System.nanoTime());
            backend.connection(settled[0] + 1);
        }
    }

    /** Probers whose check stays go on; those of backends that are gone end; a changed check begins anew. */
    @Test
    void aReloadIsFollowed() {
        try (TestBackend one = TestBackend.start(TestBackend.CLOSE);
                TestBackend two = TestBackend.start(TestBackend.CLOSE)) {
            PoolConfigBuilder both = PoolConfigBuilder.of("web")
                    .backend(one.config())
                    .backend(two.config())
                    .sendProxyProtocol(SendProxyProtocol.V1)
                    .check(HealthCheckConfig.Type.TCP);
            Pool pool = probed(both);
            one.connection(2);
            two.connection(2);
            PoolConfig single = PoolConfigBuilder.of("web")
                    .backend(one.config())
                    .sendProxyProtocol(SendProxyProtocol.V1)
                    .check(HealthCheckConfig.Type.TCP)
                    .build();
            Pool next = pool.successor(single);
            next.roster().remove(next.roster().setBackends(TestPools.members(single), System.nanoTime()), "removed");
            probes.follow(next);
            one.connection(one.connections().size() + 20); // by then what was under way has arrived
            int seen = two.connections().size();
            one.connection(one.connections().size() + 20);
            assertEquals(seen, two.connections().size(), "it is not probed any more");

            PoolConfig tls = PoolConfigBuilder.of("web")
                    .backend(one.config())
                    .check(HealthCheckConfig.Type.TLS)
                    .fall(1)
                    .build();
            Pool strict = next.successor(tls);
            strict.roster().setBackends(TestPools.members(tls), System.nanoTime());
            probes.follow(strict);
            awaitState(strict.backends().getFirst(), BackendState.DOWN);
            assertNotNull(strict.backends().getFirst().lastProbe());
        }
    }

    /** The file is there too late, then with the wrong authority, then with the right one: probes that go on follow it. */
    @Test
    void probesThatGoOnUseATrustStoreThatHasChanged(@TempDir Path directory) throws Exception {
        Identity identity = Identity.of("www.example.com");
        Path file = directory.resolve("authority.pem");
        try (TlsServer server = TlsServer.start(identity, "")) {
            PoolConfigBuilder config = PoolConfigBuilder.of("web")
                    .backend(server.config())
                    .check(HealthCheckConfig.Type.TLS)
                    .serverName("www.example.com")
                    .verify(file)
                    .rise(1)
                    .fall(1);
            Pool pool = probed(config);
            Backend backend = pool.backends().getFirst();
            List<PoolConfig> inForce = List.of(pool.config());
            probes.readTrustStores(inForce);
            assertEquals(BackendState.UNPROBED, backend.state(), "a fault of ours is none of the backend's");

            Files.move(Identity.of("other.example.com").authorityIn(directory), file, REPLACE_EXISTING);
            probes.readTrustStores(inForce);
            awaitState(backend, BackendState.DOWN);

            Files.move(identity.authorityIn(directory), file, REPLACE_EXISTING);
            probes.readTrustStores(inForce);
            awaitState(backend, BackendState.UP);
        }
    }

    /** Through the whole: what a backend that wants PROXY headers gets from a probe. */
    @Test
    void probesSayThatTheyAreOurOwn() {
        for (SendProxyProtocol version : List.of(SendProxyProtocol.V1, SendProxyProtocol.V2)) {
            try (TestBackend backend = TestBackend.start(TestBackend.SILENT);
                    TestUsher usher = TestUsher.of(backend)
                            .pool(pool -> pool.check(HealthCheckConfig.Type.TCP).sendProxyProtocol(version))
                            .start()) {
                Await.until(
                        () -> usher.address().getPort() > 0
                                && backend.connection(0).received().length > 0,
                        "a probe came");
                String got = new String(backend.connection(0).received(), StandardCharsets.ISO_8859_1);
                String expected = version == SendProxyProtocol.V1 ? "PROXY UNKNOWN\r\n" : "\r\n\r\n\0\r\nQUIT\n \0\0\0";
                assertEquals(expected, got);
            }
        }
    }
}
