package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.SendProxyProtocol;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backends that are usher itself, which no check of the file has found: by a name that leads here, or after a reload. */
class LoopTest {
    /** Without an end it would be as many as there are descriptors; a hop that is taken for a client is rare. */
    private static final int FEW = 20;

    private static final String PROXY = "PROXY TCP4 203.0.113.9 203.0.113.10 1234 443\r\n";

    private static BackendConfig at(InetSocketAddress address) {
        return BackendConfig.of(new HostPort(address.getAddress().getHostAddress(), address.getPort()));
    }

    /** Its only backend is its own listener from here on. */
    private static void turnOnItself(TestUsher usher, TestUsher.Builder settings) throws IOException {
        usher.balancer().apply(settings.backend(at(usher.address())).config());
    }

    private static List<CloseReason> endsUntilAllIsOver(TestUsher usher) {
        usher.awaitNothingLeft();
        List<CloseReason> ends = new ArrayList<>();
        for (long i = usher.snapshot().ended(); i > 0; i--) {
            ends.add(usher.nextEnd().reason());
        }
        return ends;
    }

    private static void isCut(TestUsher usher) {
        List<CloseReason> ends = endsUntilAllIsOver(usher);
        assertTrue(ends.contains(CloseReason.LOOP), ends.toString());
        assertTrue(ends.size() <= FEW, ends.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aHelloThatComesInAgainIsRefused(int workers) throws IOException {
        try (TestUsher usher =
                TestUsher.of().backend(TestUsher.anyBackend()).workers(workers).start()) {
            turnOnItself(usher, TestUsher.of().workers(workers));
            try (TestPeer client = usher.connect()) {
                client.send(hello());
                assertArrayEquals(Hellos.bytes(Objects.requireNonNull(Alert.INTERNAL_ERROR.record())), client.read(7));
                assertEquals(Ending.FIN, client.halfClose().ending());
            }
            assertEquals(2, usher.snapshot().accepted(), "the client, and the one that came in again");
            isCut(usher);
        }
    }

    /** No byte says when: the connection may be accepted before the worker that has made it has noted it. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4})
    void aConnectionThatComesInAgainIsReset(int workers) throws IOException {
        try (TestUsher usher =
                TestUsher.tcp().backend(TestUsher.anyBackend()).workers(workers).start()) {
            turnOnItself(usher, TestUsher.tcp().workers(workers));
            assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
            isCut(usher);
        }
    }

    @Test
    void aProxyHeaderInFrontHidesNothing() throws IOException {
        TestUsher.Builder first = TestUsher.of().backend(TestUsher.anyBackend());
        try (TestUsher usher = proxied(first).start()) {
            turnOnItself(usher, proxied(TestUsher.of()));
            try (TestPeer client = usher.connect()) {
                client.send(PROXY.getBytes(StandardCharsets.US_ASCII)).send(hello());
                assertEquals(7, client.read(7).length);
                client.halfClose().readToEnd();
            }
            assertEquals(2, usher.snapshot().accepted());
            isCut(usher);
        }
    }

    private static TestUsher.Builder proxied(TestUsher.Builder usher) {
        return usher.acceptProxyProtocol(AcceptProxyProtocol.V1, "127.0.0.0/8")
                .pool(pool -> pool.sendProxyProtocol(SendProxyProtocol.V1));
    }

    /** {@code in} leads to {@code cache}, and {@code cache} to {@code in}. */
    @Test
    void aRingOfTwoListenersIsCut() throws IOException {
        BlockingQueue<SessionEnd> ends = new LinkedBlockingQueue<>();
        SessionLog log = new SessionLog() {
            @Override
            public void ended(int worker, SessionEnd end) {
                ends.add(end);
            }

            @Override
            public boolean wants(CloseReason reason, boolean empty) {
                return true;
            }
        };
        try (LoadBalancer balancer = LoadBalancer.start(
                ring(TestUsher.anyBackend(), TestUsher.anyBackend()), Environment.of(log, Integer.MAX_VALUE))) {
            InetSocketAddress in = only(balancer, "in");
            balancer.apply(ring(at(only(balancer, "cache")), at(in)));
            try (TestPeer client = TestPeer.connect(in)) {
                client.send(hello());
                client.ending();
            }
            Await.until(() -> balancer.looks().openSessions() == 0, "all is over");
            assertTrue(ends.stream().anyMatch(end -> end.reason() == CloseReason.LOOP), ends.toString());
            assertTrue(ends.size() <= FEW, ends.toString());
        }
    }

    private static InetSocketAddress only(LoadBalancer balancer, String listener) {
        return Objects.requireNonNull(balancer.looks().addresses().get(listener))
                .getFirst();
    }

    private static UsherConfig ring(BackendConfig ofIn, BackendConfig ofCache) {
        List<HostPort> anyPort = List.of(new HostPort("127.0.0.1", 0));
        return UsherConfig.of(
                List.of(ListenerConfig.tls("in", anyPort), ListenerConfig.tcp("cache", anyPort, "second")),
                List.of(RouteConfig.of(TestUsher.NAME, "first")),
                List.of(
                        TestUsher.unprobed("first", List.of(ofIn), TimeoutsConfig.DEFAULT, 0),
                        TestUsher.unprobed("second", List.of(ofCache), TimeoutsConfig.DEFAULT, 0)));
    }

    /** Sessions that end leave nothing behind that could be held against a client: ports are used again and again. */
    @Test
    void honestClientsOfThisMachineAreNeverTakenForALoop() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).workers(2).start()) {
            for (int i = 0; i < 2000; i++) {
                try (TestPeer client = usher.connect()) {
                    client.send(hello()).read(helloBytes());
                    if (i % 2 == 0) {
                        client.reset();
                    } else {
                        client.halfClose().readToEnd();
                    }
                }
            }
            List<CloseReason> ends = endsUntilAllIsOver(usher);
            assertEquals(2000, ends.size());
            assertTrue(!ends.contains(CloseReason.LOOP));
        }
    }
}
