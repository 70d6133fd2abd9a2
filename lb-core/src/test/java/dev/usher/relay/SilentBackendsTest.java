package dev.usher.relay;

import static dev.usher.testing.TestUsher.NAME;
import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig.OnDown;
import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.pool.AdminState;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Backends that take a hello and do not answer: a process that is stopped, or stuck, while its kernel goes on. */
class SilentBackendsTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final Duration SEVERAL = SHORT.multipliedBy(4);

    private static TestUsher usher(UnaryOperator<PoolConfigBuilder> pool, TestBackend... backends) throws IOException {
        return TestUsher.of(backends)
                .pool(base -> pool.apply(base.balance(Balance.FIRST).firstByte(SHORT)))
                .start();
    }

    private static void isServed(TestUsher usher, int attempts) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(hello());
            assertArrayEquals(Hellos.bytes(hello()), client.read(helloBytes()));
            client.halfClose();
            assertEquals(0, client.readToEnd().length);
        }
        SessionEnd end = usher.ended(CloseReason.COMPLETED);
        assertEquals(attempts, end.attempts());
        assertEquals(helloBytes(), end.bytesIn(), "each byte counts once");
    }

    private static long ejections(TestUsher usher, TestBackend backend) {
        return usher.balancer().looks().events().stream()
                .filter(event -> event.kind() == Event.Kind.BACKEND_EJECTED
                        && event.subject().contains(backend.name()))
                .count();
    }

    @Test
    void areLeftForAnother() throws IOException {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT);
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = usher(pool -> pool, silent, good)) {
            isServed(usher, 2);
            assertEquals(1, usher.backend(silent).failures());
            assertArrayEquals(Hellos.bytes(hello()), silent.connection(0).received());
            Await.until(() -> silent.connection(0).socket().isClosed(), "its connection is over");
        }
    }

    @Test
    void areEjectedByHellosThatAnotherAnswers() throws IOException {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT);
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = usher(
                        pool -> pool.ejection(2, Duration.ofMinutes(1), Duration.ofMinutes(1), 50), silent, good)) {
            isServed(usher, 2);
            isServed(usher, 2);
            isServed(usher, 1);
            Await.until(() -> ejections(usher, silent) == 1, "the ejection is an event");
        }
    }

    /** What a client sends must not eject anybody: a hello that nobody answers proves nothing against one of them. */
    @Test
    void areNotEjectedByHellosThatNobodyAnswers() throws IOException {
        try (TestBackend one = TestBackend.start(TestBackend.SILENT);
                TestBackend two = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = TestUsher.of(one, two)
                        .idleTimeout(Duration.ofSeconds(2))
                        .pool(pool -> pool.firstByte(SHORT)
                                .ejection(1, Duration.ofMinutes(1), Duration.ofMinutes(1), 100)
                                .balance(Balance.FIRST))
                        .start();
                TestPeer client = usher.connect()) {
            client.send(hello());
            assertEquals(Ending.FIN, client.ending());
            SessionEnd end = usher.ended(CloseReason.BACKEND_SILENT);
            assertEquals(2, end.attempts());
            assertEquals(two.name(), end.identity().backend());
            assertEquals(0, ejections(usher, one));
            assertEquals(0, ejections(usher, two));
            assertEquals(1, usher.backend(two).failures());
        }
    }

    /** Answers a hello after several times the limit. */
    private static TestBackend slow(CountDownLatch latch) {
        return TestBackend.afterReading(helloBytes(), client -> {
            TestBackend.await(latch);
            client.send(hello());
            client.readToEnd();
        });
    }

    private static void letTheLimitPass() {
        long began = System.nanoTime();
        Await.until(() -> System.nanoTime() - began > SEVERAL.toNanos(), "the limit has passed several times");
    }

    private static void waits(TestUsher usher, TestBackend slow, CountDownLatch latch, ByteBuffer hello)
            throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(hello);
            Await.until(() -> slow.connection(0).received().length == helloBytes(), "the backend has the hello");
            letTheLimitPass();
            latch.countDown();
            assertArrayEquals(Hellos.bytes(hello()), client.read(helloBytes()));
            client.halfClose();
            assertEquals(0, client.readToEnd().length);
        }
        SessionEnd end = usher.ended(CloseReason.COMPLETED);
        assertEquals(1, end.attempts());
        assertEquals(slow.name(), end.identity().backend());
        assertTrue(end.firstByteNanos() >= SEVERAL.toNanos());
        assertEquals(0, usher.backend(slow).failures());
    }

    private static void waitsBesideAnother(UnaryOperator<PoolConfigBuilder> pool, ByteBuffer hello) throws IOException {
        CountDownLatch latch = new CountDownLatch(1);
        try (TestBackend slow = slow(latch);
                TestBackend other = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = usher(pool, slow, other)) {
            waits(usher, slow, latch, hello);
        }
    }

    @Test
    void areWaitedForIfThereIsNoOther() throws IOException {
        CountDownLatch latch = new CountDownLatch(1);
        try (TestBackend slow = slow(latch);
                TestUsher usher = usher(pool -> pool, slow)) {
            waits(usher, slow, latch, hello());
        }
    }

    @Test
    void areWaitedForWithoutRetries() throws IOException {
        waitsBesideAnother(pool -> pool.retries(0), hello());
    }

    @Test
    void areWaitedForWhenTheClientsPatienceIsUsedUp() throws IOException {
        waitsBesideAnother(pool -> pool.connectTotal(SHORT.dividedBy(2)), hello());
    }

    @Test
    void areWaitedForIfTheyMayHaveActedOnEarlyData() throws IOException {
        waitsBesideAnother(
                pool -> pool, new HelloBuilder().name(NAME).earlyData().records());
    }

    @Test
    void areWaitedForWithoutALimit() throws IOException {
        waitsBesideAnother(pool -> pool.firstByte(null), hello());
    }

    /** Where there was no other at first, one that comes up later takes over. */
    @Test
    void areLeftForOneThatComesLater() throws Exception {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT);
                TestBackend good = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = usher(pool -> pool, silent, good)) {
            usher.balancer()
                    .control()
                    .setAdminState(TestUsher.POOL, good.name(), AdminState.DISABLED, "the test", null);
            try (TestPeer client = usher.connect()) {
                client.send(hello());
                letTheLimitPass();
                usher.balancer()
                        .control()
                        .setAdminState(TestUsher.POOL, good.name(), AdminState.READY, "the test", null);
                client.read(helloBytes());
                client.halfClose();
                assertEquals(0, client.readToEnd().length);
            }
            assertEquals(2, usher.ended(CloseReason.COMPLETED).attempts());
        }
    }

    /** A listener of type tcp does not know who is to speak first. */
    @Test
    void areNoMatterToOtherProtocols() throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        try (TestBackend slow = TestBackend.start(client -> {
                    TestBackend.await(latch);
                    client.send((byte) 1);
                    client.readToEnd();
                });
                TestBackend other = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.tcp(slow, other)
                        .pool(pool -> pool.balance(Balance.FIRST).firstByte(SHORT))
                        .start();
                TestPeer client = usher.connect()) {
            letTheLimitPass();
            latch.countDown();
            client.read(1);
            client.halfClose();
            client.readToEnd();
            assertEquals(1, usher.ended(CloseReason.COMPLETED).attempts());
        }
    }

    // ---- found out by probes ----

    /** A client's hello is echoed where {@code answers} says so; a probe, whose hello is another, fails with the latch. */
    private static TestBackend stuck(CountDownLatch latch, boolean answers) {
        return TestBackend.start(client -> {
            boolean probe = !Arrays.equals(Hellos.bytes(hello()), client.read(helloBytes()));
            if (probe) {
                TestBackend.await(latch);
                return;
            }
            if (answers) {
                client.send(hello());
            }
            client.readToEnd();
        });
    }

    private static TestUsher closing(TestBackend dying, TestBackend other) throws IOException {
        return usher(
                pool -> pool.firstByte(null)
                        .check(HealthCheckConfig.Type.TLS)
                        .probeTimeout(Duration.ofSeconds(5))
                        .fall(1)
                        .onDown(OnDown.CLOSE),
                dying,
                other);
    }

    @Test
    void endTheSessionsThatTheyHaveAnsweredWhenTheyGoDown() throws IOException {
        CountDownLatch latch = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (TestBackend dying = stuck(latch, true);
                TestBackend other = stuck(over, true);
                TestUsher usher = closing(dying, other);
                TestPeer client = usher.connect()) {
            client.send(hello()).read(helloBytes());
            latch.countDown();
            assertEquals(Ending.RST, client.ending());
            SessionEnd end = usher.ended(CloseReason.BACKEND_DOWN);
            assertEquals(dying.name(), end.identity().backend());
            over.countDown();
        }
    }

    @Test
    void areLeftForAnotherWhenTheyGoDown() throws IOException {
        CountDownLatch latch = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (TestBackend dying = stuck(latch, false);
                TestBackend other = stuck(over, true);
                TestUsher usher = closing(dying, other);
                TestPeer client = usher.connect()) {
            client.send(hello());
            Await.until(() -> usher.backend(dying).open() == 1, "it is waited for");
            latch.countDown();
            client.read(helloBytes());
            client.halfClose();
            assertEquals(0, client.readToEnd().length);
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(2, end.attempts());
            assertEquals(other.name(), end.identity().backend());
            assertEquals(0, usher.backend(dying).failures(), "left, not tried in vain");
            over.countDown();
        }
    }

    /** Nobody has been told anything yet: who is being connected may go elsewhere, whatever is spoken. */
    @Test
    void areLeftWhileTheyDoNotEvenAnswerASyn() throws Exception {
        try (TestBackend away = TestBackend.unreachable();
                TestBackend other = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.tcp(away, other)
                        .connectTimeout(Duration.ofMinutes(1))
                        .pool(pool -> pool.balance(Balance.FIRST)
                                .connectTotal(Duration.ofMinutes(1))
                                .check(HealthCheckConfig.Type.TCP)
                                .probeTimeout(Duration.ofMillis(500))
                                .fall(1)
                                .onDown(OnDown.CLOSE))
                        .start();
                TestPeer client = usher.connect()) {
            client.send((byte) 1).read(1);
            client.halfClose();
            client.readToEnd();
            SessionEnd end = usher.ended(CloseReason.COMPLETED);
            assertEquals(2, end.attempts());
            assertEquals(other.name(), end.identity().backend());
        }
    }
}
