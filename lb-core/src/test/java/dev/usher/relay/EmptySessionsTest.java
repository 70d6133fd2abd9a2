package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.config.AcceptProxyProtocol;
import dev.usher.end.CloseReason;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Connections without a byte, as a balancer in front opens them, are told from those that have begun to speak. */
class EmptySessionsTest {
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20000000");
    private static final byte[] UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);

    private record End(CloseReason reason, boolean empty) {}

    private final BlockingQueue<End> ends = new LinkedBlockingQueue<>();
    private final SessionLog log = new SessionLog() {
        @Override
        public void ended(int worker, SessionEnd end) {}

        @Override
        public boolean wants(CloseReason reason, boolean empty) {
            ends.add(new End(reason, empty));
            return false;
        }
    };

    private interface Client {
        void on(TestPeer peer) throws IOException;
    }

    private void assertEnd(CloseReason reason, boolean empty, TestUsher.Builder usher, Client client) throws Exception {
        try (LoadBalancer balancer = LoadBalancer.start(usher.config(), Environment.of(log, Integer.MAX_VALUE));
                TestPeer peer = TestPeer.connect(
                        Objects.requireNonNull(balancer.looks().addresses().get("in"))
                                .getFirst())) {
            client.on(peer);
            End end = ends.poll(10, TimeUnit.SECONDS);
            assertNotNull(end, "it has ended");
            assertEquals(new End(reason, empty), end);
        }
    }

    private static TestUsher.Builder tls() {
        return TestUsher.of().backend(TestUsher.anyBackend()).helloTimeout(Duration.ofMillis(200));
    }

    private static TestUsher.Builder behindProxy() {
        return tls().acceptProxyProtocol(AcceptProxyProtocol.ANY, "127.0.0.0/8");
    }

    @Test
    void areThoseThatLeaveOrStayWithoutAWord() throws Exception {
        assertEnd(CloseReason.CLIENT_GONE_BEFORE_HELLO, true, tls(), TestPeer::halfClose);
        assertEnd(CloseReason.CLIENT_GONE_BEFORE_HELLO, true, tls(), TestPeer::reset);
        assertEnd(CloseReason.HELLO_TIMEOUT, true, tls(), _ -> {});
    }

    @Test
    void areNotThoseWithAByte() throws Exception {
        assertEnd(
                CloseReason.CLIENT_GONE_BEFORE_HELLO,
                false,
                tls(),
                peer -> peer.send((byte) 22).halfClose());
        assertEnd(CloseReason.HELLO_TIMEOUT, false, tls(), peer -> peer.send((byte) 22));
    }

    @Test
    void mayHaveAProxyHeader() throws Exception {
        for (byte[] header : new byte[][] {LOCAL, UNKNOWN}) {
            assertEnd(
                    CloseReason.CLIENT_GONE_BEFORE_HELLO,
                    true,
                    behindProxy(),
                    peer -> peer.send(header).halfClose());
            assertEnd(CloseReason.HELLO_TIMEOUT, true, behindProxy(), peer -> peer.send(header));
            assertEnd(
                    CloseReason.CLIENT_GONE_BEFORE_HELLO,
                    false,
                    behindProxy(),
                    peer -> peer.send(header).send((byte) 22).halfClose());
        }
        assertEnd(CloseReason.CLIENT_GONE_BEFORE_HELLO, true, behindProxy(), TestPeer::halfClose);
    }

    @Test
    void areThoseOfAnyProtocolInWhichNobodySpeaks() throws Exception {
        try (TestBackend echo = TestBackend.start(TestBackend.ECHO);
                TestBackend greets = TestBackend.start(client -> {
                    client.send((byte) 1);
                    client.readToEnd();
                })) {
            assertEnd(CloseReason.COMPLETED, true, TestUsher.tcp(echo), TestPeer::halfClose);
            assertEnd(
                    CloseReason.COMPLETED,
                    false,
                    TestUsher.tcp(echo),
                    peer -> peer.send((byte) 1).halfClose().readToEnd());
            assertEnd(
                    CloseReason.COMPLETED,
                    false,
                    TestUsher.tcp(greets),
                    peer -> peer.halfClose().readToEnd());
            assertEnd(
                    CloseReason.COMPLETED,
                    false,
                    TestUsher.of(echo),
                    peer -> peer.send(hello()).halfClose().readToEnd());
        }
    }
}
