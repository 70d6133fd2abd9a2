package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.end.CloseReason;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.testing.UnixServer;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: each deadline at its exact moment. Method: one worker without a thread, turned by hand, on a clock that passes
 * when the test says so; the sockets are real.
 */
class HandTurnedTest {
    private static final Duration TICK = Duration.ofNanos(1);

    private final ManualClock clock = new ManualClock();
    private final Queue<SessionEnd> ends = new ArrayDeque<>();
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private HandTurned turned = new HandTurned(TestUsher.of(backend).config(), 1 << 20, clock, HandTurned.into(ends));

    private void use(TestUsher.Builder config, long heldBytesBudget) {
        stop();
        turned = new HandTurned(config.config(), heldBytesBudget, clock, HandTurned.into(ends));
    }

    @AfterEach
    void close() {
        stop();
        backend.close();
    }

    private void stop() {
        turned.finish();
    }

    private void turn() {
        turned.turn();
    }

    private void turnUntil(BooleanSupplier condition, String what) {
        turned.turnUntil(condition, what);
    }

    /** Nothing happens before that much time has passed, and this happens then. */
    private SessionEnd endsAfter(Duration time, CloseReason reason) {
        clock.advance(time.minus(TICK));
        turn();
        turn();
        assertTrue(ends.isEmpty(), "too early: " + ends);
        clock.advance(TICK);
        turn();
        assertEquals(1, ends.size(), "not at its moment");
        SessionEnd end = Objects.requireNonNull(ends.poll());
        assertEquals(reason, end.reason());
        return end;
    }

    private TestPeer accepted() throws IOException {
        return turned.accepted();
    }

    /** A client whose hello was echoed, so that the session relays and rests. */
    private TestPeer relaying() throws IOException {
        TestPeer client = accepted();
        long sent = turned.relay.sent().get();
        client.send(hello());
        reads(client, helloBytes());
        turnUntil(() -> turned.relay.sent().get() == sent + helloBytes(), "usher knows that the bytes have gone");
        return client;
    }

    private void reads(TestPeer client, int bytes) throws IOException {
        turnUntil(
                () -> {
                    try {
                        return client.socket().getInputStream().available() >= bytes;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                bytes + " bytes are there");
        client.read(bytes);
    }

    /** The result of a call that waits for usher. */
    private <T> T turningFor(Callable<T> call) throws Exception {
        FutureTask<T> task = new FutureTask<>(call);
        Thread.ofVirtual().start(task);
        turnUntil(task::isDone, "the other end has what it waits for");
        return task.get();
    }

    @Test
    void theHelloTimeOutRunsFromAcceptAndIsNotRenewed() throws IOException {
        try (TestPeer client = accepted()) {
            clock.advance(Duration.ofSeconds(3));
            client.send(hello().limit(20));
            turnUntil(() -> turned.worker.buffers().heldBytes().get() > 0, "the bytes are collected");
            SessionEnd end = endsAfter(Duration.ofSeconds(2), CloseReason.HELLO_TIMEOUT);
            assertEquals(Duration.ofSeconds(5).toNanos(), end.totalNanos());
        }
    }

    @Test
    void theIdleTimeOutRunsFromTheLastByte() throws IOException {
        use(TestUsher.of(backend).idleTimeout(Duration.ofSeconds(20)), 1 << 20);
        try (TestPeer client = relaying()) {
            for (int i = 0; i < 5; i++) {
                clock.advance(Duration.ofSeconds(19));
                client.send((byte) 1);
                reads(client, 1);
            }
            SessionEnd end = endsAfter(Duration.ofSeconds(20), CloseReason.IDLE_TIMEOUT);
            assertEquals(Duration.ofSeconds(115).toNanos(), end.totalNanos());
            assertEquals(0, end.helloNanos());
            assertEquals(0, end.connectNanos());
            assertEquals(0, end.firstByteNanos());
            assertEquals(helloBytes() + 5, end.bytesIn());
            assertEquals(helloBytes() + 5, end.bytesOut());
        }
    }

    /** The plain close of a unix socket looks like a RST to a selector, while nothing is read. */
    @Test
    void aUnixBackendThatClosesBeforeASlowClientHasReadIsNoReset(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("backend.sock");
        use(TestUsher.of().backend(BackendConfig.of(Address.parse("unix:" + file))), 1 << 20);
        int sent = 0;
        try (UnixServer server = new UnixServer(file);
                TestPeer client = accepted()) {
            client.send(hello());
            SocketChannel answering = turningFor(server::accept);
            assertEquals(helloBytes(), turningFor(() -> UnixServer.read(answering, helloBytes())).length);
            answering.configureBlocking(false);
            ByteBuffer part = ByteBuffer.allocate(1 << 14);
            for (int full = 0; full < 100; full++) { // turns in which usher has read nothing
                for (int count = answering.write(part.clear()); count > 0; count = answering.write(part.clear())) {
                    sent += count;
                    full = 0;
                }
                turn();
            }
            answering.close();
            for (int look = 0; look < 3; look++) {
                clock.advance(Duration.ofSeconds(1));
                turn();
                turn();
            }
            assertTrue(ends.isEmpty(), ends::toString);
            assertEquals(sent, turningFor(client::readToEnd).length);
            client.halfClose();
            turnUntil(() -> !ends.isEmpty(), "the session ends");
            assertEquals(
                    CloseReason.COMPLETED, Objects.requireNonNull(ends.poll()).reason());
        }
    }

    /** After the first quiet minute the kernel is asked to look; the time-out is the same as without that. */
    @Test
    void aLongIdleTimeOutIsWholeAlthoughItIsInTwoParts() throws IOException {
        use(TestUsher.of(backend).idleTimeout(Duration.ofHours(1)), 1 << 20);
        try (TestPeer client = relaying()) {
            clock.advance(Duration.ofSeconds(60));
            turn();
            assertTrue(ends.isEmpty());
            endsAfter(Duration.ofMinutes(59), CloseReason.IDLE_TIMEOUT);
            assertEquals(Ending.RST, endingOf(client));
        }
    }

    @Test
    void aByteAfterAQuietMinuteRenewsTheWholeIdleTimeOut() throws IOException {
        use(TestUsher.of(backend).idleTimeout(Duration.ofHours(1)), 1 << 20);
        try (TestPeer client = relaying()) {
            clock.advance(Duration.ofMinutes(30));
            turn();
            client.send((byte) 1);
            reads(client, 1);
            endsAfter(Duration.ofHours(1), CloseReason.IDLE_TIMEOUT);
        }
    }

    @Test
    void theHalfClosedTimeOutTakesOverAtTheFin() throws IOException {
        try (TestBackend greets = TestBackend.afterReading(helloBytes(), peer -> {
            peer.send((byte) 1).halfClose();
            peer.readToEnd();
        })) {
            use(TestUsher.of(greets).halfClosedTimeout(Duration.ofSeconds(30)), 1 << 20);
            try (TestPeer client = accepted()) {
                client.send(hello());
                reads(client, 1);
                AtomicInteger end = new AtomicInteger();
                client.socket().setSoTimeout(1);
                turnUntil(
                        () -> {
                            end.set(readOrZero(client));
                            return end.get() == -1;
                        },
                        "the FIN is passed on");
                clock.advance(Duration.ofSeconds(29));
                client.send((byte) 2); // still flows, and renews
                turnUntil(() -> greets.connection(0).received().length > helloBytes(), "the byte is passed on");
                turn();
                endsAfter(Duration.ofSeconds(30), CloseReason.HALF_CLOSED_TIMEOUT);
            }
        }
    }

    private static int readOrZero(TestPeer client) {
        try {
            return client.socket().getInputStream().read();
        } catch (java.net.SocketTimeoutException notYet) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** After the test's own end nothing turns the worker; so turn while the client waits. */
    private Ending endingOf(TestPeer client) throws IOException {
        turn();
        turn();
        return client.ending();
    }

    @Test
    void theMaxLifetimeIsNotRenewed() throws IOException {
        use(TestUsher.of(backend).maxLifetime(Duration.ofSeconds(100)), 1 << 20);
        try (TestPeer client = relaying()) {
            for (int i = 0; i < 9; i++) {
                clock.advance(Duration.ofSeconds(10));
                client.send((byte) 1);
                reads(client, 1);
            }
            SessionEnd end = endsAfter(Duration.ofSeconds(10), CloseReason.MAX_LIFETIME);
            assertEquals(Duration.ofSeconds(100).toNanos(), end.totalNanos());
        }
    }

    @Test
    void eachAttemptHasTheWholeConnectTimeOut() throws IOException {
        try (TestBackend one = TestBackend.unreachable();
                TestBackend two = TestBackend.unreachable()) {
            use(TestUsher.of(one, two), 1 << 20);
            try (TestPeer client = accepted()) {
                client.send(hello());
                turnUntil(() -> turned.worker.buffers().heldBytes().get() > 0, "the hello is kept");
                clock.advance(Duration.ofSeconds(3));
                turn();
                assertTrue(ends.isEmpty());
                SessionEnd end = endsAfter(Duration.ofSeconds(3), CloseReason.CONNECT_TIMEOUT);
                assertEquals(2, end.attempts());
                assertEquals(Duration.ofSeconds(6).toNanos(), end.totalNanos());
                assertEquals(SessionEnd.UNKNOWN, end.connectNanos());
            }
        }
    }

    /** A refused session is over for the log at once, and for the descriptor a second later at most. */
    @Test
    void aRefusedClientHasASecondToReadItsAlert() throws IOException {
        try (TestPeer client = accepted()) {
            client.send(new HelloBuilder().name("nobody.example").records());
            turnUntil(() -> !ends.isEmpty(), "it is refused");
            clock.advance(Duration.ofSeconds(1).minus(TICK));
            turn();
            assertEquals(1, turned.relay.sessions().get());
            assertEquals(0, turned.worker.buffers().heldBytes().get(), "it holds no buffer meanwhile");
            clock.advance(TICK);
            turn();
            assertEquals(0, turned.relay.sessions().get());
            assertEquals(7, client.read(7).length);
        }
    }

    @Test
    void aHelloForWhichNoBufferIsLeftEndsItsSession() throws IOException {
        use(TestUsher.of(backend), 8 * 1024);
        try (TestPeer holds = accepted();
                TestPeer tooMuch = accepted()) {
            holds.send(hello().limit(20));
            turnUntil(() -> turned.worker.buffers().heldBytes().get() == 4096, "the first is collected");
            tooMuch.send(new HelloBuilder().name(TestUsher.NAME).paddedTo(6000).records());
            turnUntil(() -> !ends.isEmpty(), "the second has no room");
            assertEquals(
                    CloseReason.OUT_OF_BUFFERS,
                    Objects.requireNonNull(ends.poll()).reason());
            assertEquals(Ending.RST, endingOf(tooMuch));
            assertEquals(1, turned.relay.sessions().get());
        }
    }

    /**
     * Nothing is read that could not be held, should the client not take it; and nobody is reset for it. The backend, whose
     * answer waits to be read, is not taken for a silent one.
     */
    @Test
    void whereNoBufferIsLeftASessionWaitsForOne() throws IOException {
        CountDownLatch answered = new CountDownLatch(1);
        TestBackend answers = TestBackend.afterReading(helloBytes(), peer -> {
            peer.send(hello());
            answered.countDown();
            peer.readToEnd();
        });
        TestBackend other = TestBackend.start(TestBackend.ECHO);
        use(
                TestUsher.of(answers, other)
                        .pool(pool -> pool.balance(Balance.FIRST).firstByte(Duration.ofMillis(50))),
                64 * 1024);
        try (answers;
                other;
                TestPeer large = accepted();
                TestPeer larger = accepted();
                TestPeer client = accepted()) {
            large.send(new HelloBuilder().paddedTo(20_000).records().limit(17_000));
            turnUntil(() -> heldBytes() == 32 * 1024, "one holds half of all");
            larger.send(new HelloBuilder().paddedTo(20_000).records().limit(16_000));
            turnUntil(() -> heldBytes() == 48 * 1024, "two hold three quarters");
            client.send(hello());
            turnUntil(() -> heldBytes() == 52 * 1024, "its own hello has room");
            turnUntil(() -> answered.getCount() == 0, "the backend has answered");
            turn();
            turn();
            for (int i = 0; i < 10; i++) {
                clock.advance(Duration.ofMillis(20));
                turn();
            }
            assertTrue(ends.isEmpty(), "waits: " + ends);
            large.reset();
            turnUntil(() -> heldBytes() <= 20 * 1024, "there is room again");
            clock.advance(Duration.ofMillis(20));
            turnUntil(() -> turned.relay.sent().get() == helloBytes(), "the answer is passed on");
            assertEquals(16 * 1024, heldBytes(), "the hello is not kept any more");
            assertEquals(helloBytes(), client.read(helloBytes()).length);
            ends.clear();
            client.reset();
            turnUntil(() -> !ends.isEmpty(), "it ends");
            assertEquals(1, Objects.requireNonNull(ends.poll()).attempts());
        }
    }

    private long heldBytes() {
        return turned.worker.buffers().heldBytes().get();
    }
}
