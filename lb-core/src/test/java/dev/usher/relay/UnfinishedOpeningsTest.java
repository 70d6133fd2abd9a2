package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Fallback;
import dev.usher.config.Target;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: whoever sends parts of hellos and stops, honest hellos have room. Method: one worker turned by hand, with a budget
 * of 1 MiB and so a share of 256 KiB for what is not whole; clients have different addresses of loopback.
 */
class UnfinishedOpeningsTest {
    private static final int BUDGET = 1 << 20;

    private final ManualClock clock = new ManualClock();
    private final Queue<SessionEnd> ends = new ArrayDeque<>();
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private final List<TestPeer> clients = new ArrayList<>();
    private HandTurned turned = start(TestUsher.of(backend), BUDGET);

    private HandTurned start(TestUsher.Builder config, int budget) {
        return new HandTurned(config.config(), budget, clock, HandTurned.into(ends));
    }

    private void use(TestUsher.Builder config) {
        use(config, BUDGET);
    }

    private void use(TestUsher.Builder config, int budget) {
        stop();
        turned = start(config, budget);
    }

    private void stop() {
        turned.finish();
        ends.clear();
    }

    @AfterEach
    void close() {
        clients.forEach(TestPeer::close);
        stop();
        backend.close();
    }

    private long held() {
        return turned.worker.buffers().heldBytes().get();
    }

    private TestPeer connect(String address) throws IOException {
        TestPeer client = TestPeer.connectFrom(address, turned.address);
        clients.add(client);
        return client;
    }

    /** A hello that is too large for one buffer less than {@code capacity}, and lacks its end. */
    private static ByteBuffer part(int capacity) {
        ByteBuffer hello =
                new HelloBuilder().name(TestUsher.NAME).paddedTo(64_000).records();
        return hello.limit(capacity * 3 / 4);
    }

    /** A client that has said a part of its hello, which holds {@code capacity} bytes by now. */
    private TestPeer unfinished(String address, int capacity) throws IOException {
        long before = held();
        TestPeer client = connect(address).send(part(capacity));
        turned.turnUntil(() -> held() == before + capacity, capacity + " bytes more are held");
        return client;
    }

    private void evicts(TestPeer expected) throws IOException {
        turned.turnUntil(() -> !ends.isEmpty(), "somebody goes");
        SessionEnd end = Objects.requireNonNull(ends.poll());
        assertEquals(CloseReason.HELLO_EVICTED, end.reason());
        assertEquals(0, ends.size(), "nobody else goes: " + ends);
        turned.turn();
        assertEquals(Ending.RST, expected.ending());
    }

    @Test
    void theLargestOfTheAddressThatHoldsMostGoesFirst() throws IOException {
        unfinished("127.0.0.3", 32 << 10);
        unfinished("127.0.0.2", 32 << 10);
        clock.advance(Duration.ofSeconds(2)); // so long that either would be the first of a lone address
        TestPeer largest = unfinished("127.0.0.2", 64 << 10);
        clock.advance(Duration.ofMillis(1));
        unfinished("127.0.0.2", 64 << 10);
        unfinished("127.0.0.4", 64 << 10);
        assertEquals(256 << 10, held());
        assertTrue(ends.isEmpty());
        connect("127.0.0.5").send(part(4 << 10));
        evicts(largest);
        assertEquals((192 + 4) << 10, held());
    }

    @Test
    void ofALoneAddressTheLeastProgressGoesFirst() throws IOException {
        TestPeer slow = unfinished("127.0.0.1", 32 << 10);
        clock.advance(Duration.ofSeconds(3));
        unfinished("127.0.0.1", 64 << 10);
        unfinished("127.0.0.1", 64 << 10);
        TestPeer small = unfinished("127.0.0.1", 4 << 10);
        clock.advance(Duration.ofSeconds(1));
        unfinished("127.0.0.1", 64 << 10);
        unfinished("127.0.0.1", 16 << 10);
        unfinished("127.0.0.1", 8 << 10);
        connect("127.0.0.1").send(part(8 << 10));
        evicts(slow);
        ByteBuffer rest = new HelloBuilder()
                .name(TestUsher.NAME)
                .paddedTo(64_000)
                .records()
                .position(3 << 10);
        small.send(rest);
        turned.turnUntil(() -> turned.relay.received().get() > 60_000, "the small one comes to its end");
    }

    /** Where others use up all that there is, an opening does not have to go for another. */
    @Test
    void nothingIsEnforcedUntilHalfOfTheShareIsInUse() throws IOException {
        try (TestBackend unreachable = TestBackend.unreachable()) {
            use(TestUsher.of(unreachable));
            unfinished("127.0.0.2", 64 << 10);
            unfinished("127.0.0.2", 64 << 10);
            fillUp();
            connect("127.0.0.4").send(hello());
            turned.turnUntil(() -> !ends.isEmpty(), "there is no room");
            assertEquals(
                    CloseReason.OUT_OF_BUFFERS,
                    Objects.requireNonNull(ends.poll()).reason());
            assertTrue(ends.isEmpty());
        }
    }

    @Test
    void beyondHalfOfTheShareAWholeHelloFindsRoom() throws IOException {
        try (TestBackend unreachable = TestBackend.unreachable()) {
            use(TestUsher.of(unreachable));
            TestPeer first = unfinished("127.0.0.2", 64 << 10);
            clock.advance(Duration.ofMillis(1));
            unfinished("127.0.0.2", 64 << 10);
            unfinished("127.0.0.2", 64 << 10);
            fillUp();
            connect("127.0.0.4").send(hello());
            evicts(first);
            assertEquals(BUDGET - (60 << 10), held());
        }
    }

    /** Its clients would keep their room for as long as connect_total, and every other pool's clients be reset. */
    @Test
    void whoWaitsForAnUnreachableBackendGivesWayToOthers() throws IOException {
        try (TestBackend unreachable = TestBackend.unreachable()) {
            use(TestUsher.of(backend)
                    .fallbackPool(unreachable)
                    .defaultRoute(Fallback.to(Target.of(TestUsher.FALLBACK_POOL))));
            TestPeer oldest = connect("127.0.0.9")
                    .send(new HelloBuilder()
                            .name("down.example")
                            .paddedTo(10_000)
                            .records());
            turned.turnUntil(() -> held() == 16 << 10, "its hello waits");
            fillUp("down.example");
            assertTrue(ends.isEmpty(), "nobody ends while there is room: " + ends);
            TestPeer honest = connect("127.0.0.4").send(hello());
            turned.turnUntil(() -> turned.relay.sent().get() >= helloBytes(), "the echo comes");
            assertArrayEquals(bytes(hello()), honest.read(helloBytes()));
            assertEquals(Ending.RST, oldest.ending());
            assertTrue(
                    ends.size() <= 20 && ends.stream().allMatch(end -> end.reason() == CloseReason.OUT_OF_BUFFERS),
                    "those who waited longest go, until the relay has room: " + ends);
        }
    }

    /** A frozen backend: its clients stay, or leave after their hello; a copy is worth less than any other client. */
    @Test
    void copiesForASilentBackendGiveWay() throws IOException {
        CountDownLatch answers = new CountDownLatch(1);
        byte[] large = bytes(largeHello());
        try (TestBackend silent = TestBackend.start(peer -> {
            TestBackend.await(answers);
            TestBackend.ECHO.serve(peer);
        })) {
            use(TestUsher.of(silent));
            List<TestPeer> waiting = new ArrayList<>();
            for (int i = 0; i < 80; i++) { // 64 fill the budget
                TestPeer client = connect("127.0.0.3").send(largeHello());
                long sent = (i + 1L) * large.length;
                turned.turnUntil(() -> turned.relay.received().get() >= sent, "the hello is with the backend");
                if (i % 2 == 0) {
                    client.halfClose();
                    turned.turn();
                } else {
                    waiting.add(client);
                }
            }
            assertTrue(held() > BUDGET / 2, "copies are kept while there is room: " + held());
            assertFalse(turned.worker.buffers().isScarce(), "relays read on in large pieces");
            assertTrue(ends.isEmpty(), "nobody ends: " + ends);
            byte[] inPieces = bytes(
                    new HelloBuilder().name(TestUsher.NAME).paddedTo(64_000).records());
            TestPeer last = connect("127.0.0.2").send(inPieces);
            turned.turnUntil(
                    () -> turned.relay.received().get() == 80L * large.length + inPieces.length || !ends.isEmpty(),
                    "a hello in pieces is with the backend");
            assertTrue(ends.isEmpty(), "nobody ends for an opening: " + ends);
            answers.countDown();
            turned.turnUntil(
                    () -> turned.relay.sent().get() >= 80L * large.length + inPieces.length, "the answers come");
            assertArrayEquals(inPieces, last.read(inPieces.length));
            for (TestPeer client : waiting) {
                assertArrayEquals(large, client.read(large.length));
            }
        }
    }

    private static ByteBuffer largeHello() {
        return new HelloBuilder().name(TestUsher.NAME).paddedTo(10_000).records();
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** With whole hellos, which are kept until a backend has answered. */
    private void fillUp() throws IOException {
        fillUp(TestUsher.NAME);
    }

    private void fillUp(String name) throws IOException {
        while (held() < BUDGET) {
            long before = held();
            connect("127.0.0.3")
                    .send(new HelloBuilder().name(name).paddedTo(10_000).records());
            turned.turnUntil(() -> held() == before + (16 << 10), "a whole one is kept");
        }
    }

    /** Openings that are whole as well as those that are not. */
    @Test
    void peersThatDoNotReadLeaveRoomForHellos() throws IOException {
        byte[] much = new byte[16 << 20];
        try (TestBackend sends = TestBackend.afterReading(helloBytes(), peer -> peer.send(much))) {
            use(TestUsher.of(sends), 256 << 10);
            while (turned.worker.buffers().hasRoomToRelay(32 << 10)) {
                long before = held();
                long sent = turned.relay.sent().get();
                clients.add(TestPeer.connect(turned.address, 4096).send(hello()));
                turned.turnUntil(
                        () -> turned.relay.sent().get() > sent + 100_000 && held() > before, "one more does not read");
            }
            unfinished("127.0.0.2", 32 << 10);
            int served = sends.connections().size();
            connect("127.0.0.3").send(hello());
            turned.turnUntil(() -> sends.connections().size() > served, "a hello comes to its backend");
            assertTrue(ends.isEmpty(), "nobody ends: " + ends);
        }
    }

    @Test
    void whatIsHeldCountsForTheClientThatAProxyTellsOf() throws IOException {
        use(TestUsher.of(backend).acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8"));
        for (int i = 0; i < 20; i++) { // more than any other client, if they were one
            proxied("192.0.2.1", 4 << 10);
            proxied("192.0.2.3", 4 << 10);
        }
        TestPeer largest = proxied("192.0.2.2", 64 << 10);
        proxied("192.0.2.2", 32 << 10);
        assertTrue(ends.isEmpty());
        connect("127.0.0.1").send((byte) 'P');
        evicts(largest);
    }

    /** The header comes in two pieces: what is held begins as the proxy's own. */
    private TestPeer proxied(String client, int capacity) throws IOException {
        byte[] header = ("PROXY TCP4 " + client + " 198.51.100.9 4711 443\r\n").getBytes(StandardCharsets.US_ASCII);
        long before = held();
        TestPeer peer = connect("127.0.0.1").send((byte) 'P');
        turned.turnUntil(() -> held() == before + (4 << 10), "its first byte is kept");
        peer.send(Arrays.copyOfRange(header, 1, header.length)).send(part(capacity));
        turned.turnUntil(() -> held() == before + capacity, capacity + " bytes are held");
        return peer;
    }

    /** The attack that is to be survived, in small: without a share its 300 clients use all the 16 MiB up. */
    @Test
    void honestClientsAreServedBesideManyThatStopInTheMiddle() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                .heldBytes(16 << 20)
                .helloTimeout(Duration.ofMinutes(1))
                .start()) {
            for (int i = 0; i < 300; i++) {
                attack(usher.address(), "127.0.0." + (2 + i % 20));
            }
            Await.until(() -> usher.snapshot().ended("hello_evicted") >= 300 - 64, "their share is full");
            for (int i = 0; i < 50; i++) {
                isServed(usher, i);
            }
            assertEquals(0, usher.snapshot().ended("out_of_buffers"));
            Await.until(() -> usher.heldBytes() <= 4 << 20, "no more than their share is held");
            Await.until(
                    () -> usher.balancer().looks().events().stream()
                            .anyMatch(event -> event.kind() == Kind.LIMIT
                                    && event.subject().equals("unfinished openings")),
                    "an event says so");
            clients.forEach(TestPeer::close);
        }
    }

    private void attack(InetSocketAddress address, String from) throws IOException {
        TestPeer client = TestPeer.connectFrom(from, address);
        clients.add(client);
        try {
            client.send(new HelloBuilder()
                    .name(TestUsher.NAME)
                    .paddedTo(64_000)
                    .records()
                    .limit(60_000));
        } catch (IOException evicted) {
            assertTrue(evicted.getMessage() != null); // while it was sending
        }
    }

    /** Its hello comes in two pieces, and is held in between. */
    private void isServed(TestUsher usher, int i) throws IOException {
        byte[] hello = Hellos.bytes(hello());
        try (TestPeer client = TestPeer.connectFrom("127.0.0." + (2 + i % 40), usher.address())) {
            client.send(Arrays.copyOf(hello, 10));
            attack(usher.address(), "127.0.0.2");
            client.send(Arrays.copyOfRange(hello, 10, hello.length));
            assertArrayEquals(hello, client.read(helloBytes()));
        }
    }
}
