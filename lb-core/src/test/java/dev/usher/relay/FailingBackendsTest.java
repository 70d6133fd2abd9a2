package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendState;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What sessions teach a pool, over real sockets, and what a pool's changes do to sessions. */
class FailingBackendsTest {
    private static final byte[] INTERNAL_ERROR = Hellos.bytes(Alert.INTERNAL_ERROR.record());

    private static PoolConfigBuilder firstEjectedAfterThree(PoolConfigBuilder pool) {
        return pool.balance(Balance.FIRST).ejection(3, Duration.ofMinutes(1), Duration.ofMinutes(1), 50);
    }

    private static byte[] exchange(TestUsher usher) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(hello()).halfClose();
            return client.readToEnd();
        }
    }

    private static long events(TestUsher usher, Kind kind) {
        return usher.balancer().looks().events().stream()
                .filter(event -> event.kind() == kind)
                .count();
    }

    private static void isServedInThreeThenTwoAttempts(TestUsher usher, int failing) throws IOException {
        for (int i = 0; i < failing; i++) {
            assertArrayEquals(Hellos.bytes(hello()), exchange(usher));
            assertEquals(2, usher.ended(CloseReason.COMPLETED).attempts());
        }
        assertArrayEquals(Hellos.bytes(hello()), exchange(usher));
        assertEquals(1, usher.ended(CloseReason.COMPLETED).attempts(), "it is out");
        Await.until(() -> events(usher, Kind.BACKEND_EJECTED) == 1, "the ejection is an event");
    }

    @Test
    void aBackendThatRefusesIsEjected() throws IOException {
        try (TestBackend bad = TestBackend.refusing();
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(bad, good)
                        .pool(FailingBackendsTest::firstEjectedAfterThree)
                        .start()) {
            isServedInThreeThenTwoAttempts(usher, 3);
            assertEquals(3, usher.backend(bad).failures());
        }
    }

    @Test
    void aBackendThatClosesBeforeItsFirstByteIsEjected() throws IOException {
        try (TestBackend bad = TestBackend.afterReading(helloBytes(), TestBackend.CLOSE);
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(bad, good)
                        .pool(FailingBackendsTest::firstEjectedAfterThree)
                        .start()) {
            for (int i = 0; i < 3; i++) {
                try (TestPeer client = usher.connect()) {
                    client.send(hello());
                    assertArrayEquals(Hellos.bytes(hello()), client.read(helloBytes()));
                }
                assertEquals(2, usher.nextEnd().attempts());
            }
            isServedInThreeThenTwoAttempts(usher, 0);
        }
    }

    /**
     * Where nothing can be said again to another backend, nobody knows whether it closed on what the client sent: such a
     * close is counted, but a client must not be able to eject a backend.
     */
    @Test
    void aBackendThatClosesOnMoreThanAHelloIsCountedAndStays() throws IOException {
        CountDownLatch more = new CountDownLatch(3);
        try (TestBackend bad = TestBackend.start(client -> {
                    client.read(helloBytes() + 5);
                    more.countDown();
                });
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(bad, good)
                        .pool(FailingBackendsTest::firstEjectedAfterThree)
                        .start()) {
            for (int i = 0; i < 3; i++) {
                int number = i;
                try (TestPeer client = usher.connect()) {
                    client.send(hello());
                    Await.until(() -> bad.connections().size() > number, "the backend has it");
                    Await.until(
                            () -> bad.connection(number).received().length >= helloBytes(),
                            "the backend has the hello");
                    client.send(new byte[5]);
                    client.ending();
                }
                usher.ended(CloseReason.BACKEND_CLOSED_EARLY);
            }
            assertEquals(3, usher.backend(bad).failures());
            assertEquals(0, events(usher, Kind.BACKEND_EJECTED));
        }
    }

    @Test
    void aBackendThatNeverAnswersIsCounted() throws IOException {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT);
                TestUsher usher =
                        TestUsher.of(silent).idleTimeout(Duration.ofMillis(50)).start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            assertEquals(Ending.FIN, client.ending());
            usher.ended(CloseReason.BACKEND_SILENT);
            assertEquals(1, usher.backend(silent).failures());
        }
    }

    private static TestBackend alerting(int level, int description) {
        return TestBackend.start(client -> {
            client.read(helloBytes());
            client.send(new byte[] {21, 3, 3, 0, 2, (byte) level, (byte) description});
            client.halfClose().readToEnd();
        });
    }

    private static void isAlerted(TestUsher usher, int level, int description) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(hello());
            assertArrayEquals(new byte[] {21, 3, 3, 0, 2, (byte) level, (byte) description}, client.readToEnd());
        }
    }

    /** The client gets the alert as it came; the third in a row ejects. */
    @Test
    void internalErrorInPlaceOfAServerHelloIsAFailure() throws IOException {
        try (TestBackend bad = alerting(2, 80);
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(bad, good)
                        .pool(FailingBackendsTest::firstEjectedAfterThree)
                        .start()) {
            for (int i = 0; i < 3; i++) {
                isAlerted(usher, 2, 80);
                assertEquals(1, usher.ended(CloseReason.COMPLETED).attempts());
            }
            assertEquals(3, usher.backend(bad).failures());
            isServedInThreeThenTwoAttempts(usher, 0);
        }
    }

    /** Six bytes of an alert say nothing: neither that the backend is well, nor that it is not. */
    @Test
    void anAlertThatIsCutDoesNotClearTheRowOfFailures() throws IOException {
        AtomicInteger sessions = new AtomicInteger();
        byte[] alert = INTERNAL_ERROR;
        try (TestBackend bad = TestBackend.start(client -> {
                    client.read(helloBytes());
                    boolean cut = sessions.incrementAndGet() == 3;
                    client.send(cut ? Arrays.copyOf(alert, alert.length - 1) : alert);
                    client.halfClose().readToEnd();
                });
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(bad, good)
                        .pool(FailingBackendsTest::firstEjectedAfterThree)
                        .start()) {
            for (int i = 0; i < 4; i++) {
                exchange(usher);
                assertEquals(1, usher.ended(CloseReason.COMPLETED).attempts());
            }
            assertEquals(3, usher.backend(bad).failures(), "the cut one is not counted");
            isServedInThreeThenTwoAttempts(usher, 0);
        }
    }

    @Test
    void otherAlertsAreTheClientsDoing() throws IOException {
        int[][] alerts = {{2, 40}, {2, 112}, {2, 70}, {2, 47}, {1, 112}, {1, 80}};
        for (int[] alert : alerts) {
            try (TestBackend backend = alerting(alert[0], alert[1]);
                    TestBackend good = TestBackend.start(TestBackend.ECHO);
                    TestUsher usher = TestUsher.of(backend, good)
                            .pool(FailingBackendsTest::firstEjectedAfterThree)
                            .start()) {
                for (int i = 0; i < 4; i++) {
                    isAlerted(usher, alert[0], alert[1]);
                }
                assertEquals(0, usher.backend(backend).failures());
                assertEquals(0, events(usher, Kind.BACKEND_EJECTED));
            }
        }
    }

    @Test
    void aSuccessBetweenFailuresBeginsTheRowAgain() throws IOException {
        try (TestBackend backend = TestBackend.start(client -> {
                    byte[] first = client.read(helloBytes() + 1);
                    client.send(new byte[] {21, 3, 3, 0, 2, 2, first[helloBytes()]});
                });
                TestBackend other = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend, other)
                        .pool(FailingBackendsTest::firstEjectedAfterThree)
                        .start()) {
            for (int description : new int[] {80, 80, 40, 80, 80, 40}) {
                try (TestPeer client = usher.connect()) {
                    ByteBuffer hello = hello();
                    byte[] more = new byte[hello.remaining() + 1];
                    hello.get(more, 0, more.length - 1);
                    more[more.length - 1] = (byte) description;
                    client.send(more);
                    assertEquals((byte) description, client.read(7)[6]);
                }
            }
            assertEquals(4, usher.backend(backend).failures());
            assertEquals(0, events(usher, Kind.BACKEND_EJECTED));
        }
    }

    // ---- a pool that is down ----

    @Test
    void aPoolThatIsDownSaysSo() throws IOException {
        try (TestBackend one = TestBackend.refusing();
                TestBackend two = TestBackend.refusing();
                TestUsher usher = TestUsher.of(one, two)
                        .pool(pool -> pool.check(HealthCheckConfig.Type.TCP))
                        .start()) {
            Await.until(() -> events(usher, Kind.POOL_DOWN) == 1, "the pool is down");
            assertArrayEquals(INTERNAL_ERROR, exchange(usher));
            SessionEnd end = usher.ended(CloseReason.NO_BACKEND);
            assertEquals(0, end.attempts());
            assertEquals(2, events(usher, Kind.BACKEND_DOWN), "once each");
        }
    }

    @Test
    void aStartIsNoEvent() throws IOException {
        try (TestBackend one = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one)
                        .pool(pool -> pool.check(HealthCheckConfig.Type.TCP))
                        .start()) {
            Await.until(
                    () -> usher.balancer()
                                    .looks()
                                    .backend(TestUsher.POOL, one.name())
                                    .state()
                            == BackendState.UP,
                    "a probe has found it up");
            assertEquals(List.of(), usher.balancer().looks().events());
        }
    }

    @Test
    void connectTotalBoundsAllAttempts() throws IOException {
        try (TestBackend one = TestBackend.unreachable();
                TestBackend two = TestBackend.unreachable();
                TestBackend three = TestBackend.unreachable();
                TestUsher usher = TestUsher.of(one, two, three)
                        .connectTimeout(Duration.ofMillis(400))
                        .pool(pool -> pool.connectTotal(Duration.ofMillis(600)))
                        .start()) {
            long began = System.nanoTime();
            assertArrayEquals(INTERNAL_ERROR, exchange(usher));
            long millis = (System.nanoTime() - began) / 1_000_000;
            assertEquals(2, usher.ended(CloseReason.CONNECT_TIMEOUT).attempts());
            assertTrue(millis >= 590 && millis < 5000, millis + " ms");
        }
    }

    /**
     * What is left of the client's patience is too little to tell whether a backend answers. A second attempt lacks 20 ms at
     * least, and a busy machine may begin the first one late.
     */
    @Test
    void anAttemptThatWasCutShortEjectsNobody() throws IOException {
        try (TestBackend one = TestBackend.unreachable();
                TestBackend two = TestBackend.unreachable();
                TestBackend three = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one, two, three)
                        .connectTimeout(Duration.ofMillis(400))
                        .pool(pool -> pool.balance(Balance.FIRST)
                                .connectTotal(Duration.ofMillis(780))
                                .ejection(1, Duration.ofSeconds(30), Duration.ofSeconds(30), 100))
                        .start()) {
            assertArrayEquals(INTERNAL_ERROR, exchange(usher));
            assertEquals(2, usher.ended(CloseReason.CONNECT_TIMEOUT).attempts());
            assertEquals(1, usher.backend(one).failures());
            assertEquals(1, usher.backend(two).failures());
            Await.until(() -> events(usher, Kind.BACKEND_EJECTED) == 1, "the first, which had its time, is ejected");
        }
    }

    @Test
    void connectTotalCutsAnAttemptShort() throws IOException {
        try (TestBackend one = TestBackend.unreachable();
                TestUsher usher = TestUsher.of(one)
                        .connectTimeout(Duration.ofSeconds(8))
                        .pool(pool -> pool.connectTotal(Duration.ofMillis(300)))
                        .start()) {
            long began = System.nanoTime();
            assertArrayEquals(INTERNAL_ERROR, exchange(usher));
            long millis = (System.nanoTime() - began) / 1_000_000;
            usher.ended(CloseReason.CONNECT_TIMEOUT);
            assertTrue(millis < 7000, millis + " ms");
        }
    }

    // ---- people and reloads ----

    private static UsherConfig with(UsherConfig config, PoolConfig pool) {
        Map<String, PoolConfig> pools = new LinkedHashMap<>(config.pools());
        pools.put(pool.name(), pool);
        return config.withPools(pools);
    }

    @Test
    void aDrainingBackendKeepsWhatItHas() throws IOException {
        try (TestBackend one = TestBackend.start(TestBackend.ECHO);
                TestBackend two = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one, two)
                        .pool(pool -> pool.balance(Balance.FIRST))
                        .start();
                TestPeer old = usher.connect()) {
            old.send(hello()).read(helloBytes());
            usher.balancer().control().setAdminState(TestUsher.POOL, one.name(), AdminState.DRAIN, "tester", null);
            exchange(usher);
            assertEquals(two.name(), usher.nextEnd().identity().backend());
            old.send(new byte[] {7});
            assertEquals(7, old.read(1)[0]);
            usher.balancer().control().setAdminState(TestUsher.POOL, one.name(), AdminState.READY, "tester", null);
            exchange(usher);
            assertEquals(one.name(), usher.nextEnd().identity().backend());
            usher.balancer().control().closeSessionsOf(TestUsher.POOL, one.name(), "tester");
            assertEquals(Ending.RST, old.ending());
            usher.ended(CloseReason.KILLED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRemovedBackendsSessionsEndAsConfigured(OnRemovedBackend chosen) throws IOException {
        try (TestBackend one = TestBackend.start(TestBackend.ECHO);
                TestBackend two = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one, two)
                        .pool(pool -> pool.balance(Balance.FIRST))
                        .onRemovedBackend(chosen)
                        .start();
                TestPeer old = usher.connect()) {
            old.send(hello()).read(helloBytes());
            UsherConfig config = usher.balancer().looks().config();
            usher.balancer()
                    .apply(with(
                            config,
                            PoolConfigBuilder.of(TestUsher.POOL)
                                    .backend(two.config())
                                    .build()));
            exchange(usher);
            if (chosen == OnRemovedBackend.CLOSE) {
                assertEquals(Ending.RST, old.ending());
                List<SessionEnd> ends = List.of(usher.nextEnd(), usher.nextEnd());
                assertTrue(ends.stream()
                        .anyMatch(end -> end.reason() == CloseReason.BACKEND_REMOVED
                                && one.name().equals(end.identity().backend())));
                assertTrue(ends.stream()
                        .anyMatch(end -> two.name().equals(end.identity().backend())));
            } else {
                assertEquals(two.name(), usher.nextEnd().identity().backend());
                old.send(new byte[] {7});
                assertEquals(7, old.read(1)[0]);
            }
        }
    }

    @Test
    void whatAReloadLeavesKeepsItsCountersAndSessions() throws IOException {
        try (TestBackend one = TestBackend.start(TestBackend.ECHO);
                TestBackend two = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(one)
                        .onRemovedBackend(OnRemovedBackend.CLOSE)
                        .start();
                TestPeer old = usher.connect()) {
            old.send(hello()).read(helloBytes());
            exchange(usher);
            usher.ended(CloseReason.COMPLETED);
            UsherConfig config = usher.balancer().looks().config();
            for (int i = 0; i < 20; i++) {
                PoolConfigBuilder next = PoolConfigBuilder.of(TestUsher.POOL).backend(one.config());
                if (i % 2 == 0) {
                    next.backend(two.config()).balance(Balance.LEAST_CONNECTIONS);
                }
                usher.balancer().apply(with(config, next.build()));
                old.send(new byte[] {7});
                assertEquals(7, old.read(1)[0]);
                assertEquals(1, usher.backend(one).sessions());
                assertEquals(1, usher.backend(one).open());
            }
            assertEquals(
                    2,
                    Objects.requireNonNull(usher.snapshot().pools().get(TestUsher.POOL))
                            .connect()
                            .getTotalCount());
        }
    }

    /** A backend that answers early and resets while the client still sends: the answer arrives, then the RST. */
    @Test
    void anAnswerBeforeAResetArrives() throws IOException {
        byte[] answer = {22, 3, 3, 0, 1, 42};
        try (TestBackend backend = TestBackend.start(client -> {
                    client.read(helloBytes() + 1000);
                    client.send(answer).reset();
                });
                TestUsher usher = TestUsher.of(backend)
                        .pool(pool -> pool.ejection(0, Duration.ofSeconds(1), Duration.ofSeconds(1), 0))
                        .start()) {
            for (int round = 0; round < 50; round++) {
                try (TestPeer client = usher.connect()) {
                    client.send(hello()).send(new byte[40_000]);
                    assertArrayEquals(answer, client.read(answer.length), "round " + round);
                    assertEquals(Ending.RST, client.ending());
                    usher.ended(CloseReason.BACKEND_RESET);
                }
            }
        }
    }

    // ---- limits per client ----

    @Test
    void aClientHasAsManyConnectionsAsItMay() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).perClientIp(2, 0, 0).start()) {
            try (TestPeer one = usher.connect();
                    TestPeer two = usher.connect()) {
                one.send(hello()).read(helloBytes());
                two.send(hello()).read(helloBytes());
                assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
                assertEquals(0, usher.ended(CloseReason.CLIENT_CONNECTIONS).attempts());
                one.send(new byte[] {7});
                assertEquals(7, one.read(1)[0], "those that it has go on");
                one.halfClose().readToEnd();
                usher.ended(CloseReason.COMPLETED);
                assertArrayEquals(Hellos.bytes(hello()), exchange(usher));
            }
        }
    }

    @Test
    void aClientOpensConnectionsAsFastAsItMay() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).perClientIp(0, 1, 2).start()) {
            exchange(usher);
            usher.ended(CloseReason.COMPLETED);
            exchange(usher);
            usher.ended(CloseReason.COMPLETED);
            assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
            usher.ended(CloseReason.CLIENT_RATE);
            assertEquals(2, usher.snapshot().ended("completed"));
        }
    }
}
