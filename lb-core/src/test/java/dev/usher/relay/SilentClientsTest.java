package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Silent;
import dev.usher.end.CloseReason;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: a client that waits for the server gets the server's word at the exact moment, and a client that has sent a byte
 * never does. Method: a worker turned by hand, on a clock that passes when the test says so.
 */
class SilentClientsTest {
    private static final Duration AFTER = Silent.DEFAULT_AFTER;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration TICK = Duration.ofNanos(1);
    private static final byte[] BANNER = HelloBuilder.latin1("SSH-2.0-test\r\n");
    private static final byte[] HEADER = HelloBuilder.latin1("PROXY TCP4 192.0.2.7 192.0.2.1 1 443\r\n");

    private final ManualClock clock = new ManualClock();
    private final Queue<SessionEnd> ends = new ArrayDeque<>();
    private final TestBackend web = TestBackend.start(TestBackend.ECHO);
    private final TestBackend git = TestBackend.start(client -> {
        client.send(BANNER);
        TestBackend.ECHO.serve(client);
    });
    private HandTurned turned = start(usher());

    private TestUsher.Builder usher() {
        return TestUsher.of(web).fallbackPool(git).silent(new Silent(TestUsher.FALLBACK_POOL, AFTER));
    }

    private HandTurned start(TestUsher.Builder config) {
        return new HandTurned(config.config(), 1 << 20, clock, HandTurned.into(ends));
    }

    @AfterEach
    void close() {
        turned.finish();
        web.close();
        git.close();
    }

    private void passes(Duration time) {
        clock.advance(time);
        turned.turn();
        turned.turn();
    }

    private SessionEnd ended(CloseReason reason) {
        turned.turnUntil(() -> !ends.isEmpty(), "it has ended");
        SessionEnd end = Objects.requireNonNull(ends.poll());
        assertEquals(reason, end.reason());
        return end;
    }

    /** Turns until the client has sent its bytes, and the worker has read them. */
    private void hears(TestPeer client, byte... bytes) throws IOException {
        long before = turned.worker.turns().get();
        client.send(bytes);
        turned.turnUntil(() -> turned.worker.turns().get() > before + 3, "it is read");
    }

    private void isServedAsSilent(TestPeer client) throws IOException {
        turned.turnUntil(() -> available(client) >= BANNER.length, "the server has spoken");
        assertArrayEquals(BANNER, client.read(BANNER.length));
        client.send(BANNER).halfClose();
        SessionEnd end = ended(CloseReason.COMPLETED);
        assertEquals(Silent.ROUTE, end.identity().route());
        assertEquals(TestUsher.FALLBACK_POOL, end.identity().pool());
        assertEquals(BANNER.length, end.bytesIn());
        assertEquals(2L * BANNER.length, end.bytesOut());
    }

    private static int available(TestPeer client) {
        try {
            return client.socket().getInputStream().available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void getsTheServersWordAtItsMoment() throws IOException {
        try (TestPeer client = turned.accepted()) {
            passes(AFTER.minus(TICK));
            assertEquals(0, git.connections().size());
            passes(TICK);
            isServedAsSilent(client);
        }
    }

    @Test
    void isAwaitedFromTheEndOfAProxyHeader() throws IOException {
        turned.finish();
        turned = start(usher().acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8"));
        try (TestPeer client = turned.accepted()) {
            passes(AFTER);
            hears(client, HEADER);
            passes(AFTER.minus(TICK));
            assertEquals(0, git.connections().size());
            passes(TICK);
            isServedAsSilent(client);
        }
    }

    /** The time left after the header is too short for the silence: a hello that is on its way must not go astray. */
    @Test
    void timesOutBehindALateProxyHeader() throws IOException {
        turned.finish();
        turned = start(usher().acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8"));
        try (TestPeer client = turned.accepted()) {
            passes(TIMEOUT.minus(AFTER));
            hears(client, HEADER);
            passes(AFTER.minus(TICK));
            assertTrue(ends.isEmpty());
            passes(TICK);
            ended(CloseReason.HELLO_TIMEOUT);
        }
    }

    @Test
    void aByteMakesItAClientOfTls() throws IOException {
        byte[] hello = Hellos.bytes(TestUsher.hello());
        try (TestPeer client = turned.accepted()) {
            passes(AFTER.minus(TICK));
            hears(client, hello[0]);
            passes(AFTER);
            client.send(Arrays.copyOfRange(hello, 1, hello.length));
            turned.turnUntil(() -> available(client) == hello.length, "the echo is there");
            client.halfClose();
            assertEquals(TestUsher.POOL, ended(CloseReason.COMPLETED).identity().pool());
        }
    }

    @Test
    void aByteDoesNotRenewTheTimeForTheHello() throws IOException {
        try (TestPeer client = turned.accepted()) {
            passes(AFTER.minus(TICK));
            hears(client, (byte) 22);
            passes(TIMEOUT.minus(AFTER));
            assertTrue(ends.isEmpty());
            passes(TICK);
            ended(CloseReason.HELLO_TIMEOUT);
        }
    }

    /** The worker has looked for bytes, and the hello comes before the deadline's turn. */
    @Test
    void aHelloThatIsThereAtTheDeadlineIsRead() throws IOException {
        try (TestPeer client = turned.accepted()) {
            clock.advance(AFTER);
            clock.atNextQuestion(() -> client.send(TestUsher.hello()).halfClose());
            assertEquals(TestUsher.POOL, ended(CloseReason.COMPLETED).identity().pool());
            assertEquals(0, git.connections().size());
        }
    }

    @Test
    void leavesWithoutAWord() throws IOException {
        try (TestPeer client = turned.accepted()) {
            client.halfClose();
            ended(CloseReason.CLIENT_GONE_BEFORE_HELLO);
        }
    }
}
