package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.Balance;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.FailingNetwork;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.tls.Alert;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A fault ends the session that meets it, and no other: that one's places and buffers come back, the loop goes on. */
class FaultTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
    }

    /** A log that fails at each session that ends for this reason. */
    private static SessionLog failingAt(CloseReason failing) {
        return new SessionLog() {
            @Override
            public void ended(int worker, SessionEnd end) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public boolean wants(CloseReason reason, boolean empty) {
                return reason == failing;
            }
        };
    }

    private static void echoes(TestPeer client) throws IOException {
        client.send((byte) 42);
        assertArrayEquals(new byte[] {42}, client.read(1));
    }

    @Test
    void ofTheLogInAnEventLeavesOthersAlone() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                        .log(failingAt(CloseReason.UNKNOWN_NAME))
                        .start();
                TestPeer other = usher.connect();
                TestPeer unknown = usher.connect()) {
            other.send(hello()).read(helloBytes());
            unknown.send(new HelloBuilder().name("nobody.example").records());
            assertArrayEquals(Hellos.bytes(Alert.UNRECOGNIZED_NAME.record()), unknown.readToEnd());
            assertEquals(1, usher.bugs());
            assertEquals(1, usher.snapshot().ended("unknown_name"));
            echoes(other);
            usher.announceBugs(1);
        }
    }

    /** The deadline that would end the session is the one that has just passed. */
    @Test
    void ofTheLogAtADeadlineLeavesNothingBehind() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                        .helloTimeout(Duration.ofMillis(100))
                        .log(failingAt(CloseReason.HELLO_TIMEOUT))
                        .start();
                TestPeer other = usher.connect();
                TestPeer silent = usher.connect()) {
            other.send(hello()).read(helloBytes());
            assertEquals(Ending.FIN, silent.ending());
            usher.awaitOpen(1);
            echoes(other);
            usher.announceBugs(1);
        }
    }

    @Test
    void ofTheLogAtTheEndLeavesNoSessionUncut() throws IOException {
        try (TestUsher usher = TestUsher.of(backend)
                        .log(failingAt(CloseReason.SHUTDOWN))
                        .start();
                TestPeer one = usher.connect();
                TestPeer two = usher.connect()) {
            one.send(hello()).read(helloBytes());
            two.send(hello()).read(helloBytes());
            assertEquals(2, usher.balancer().drain(Duration.ZERO));
            assertEquals(Ending.RST, one.ending());
            assertEquals(Ending.RST, two.ending());
            usher.announceBugs(2);
        }
    }

    @Test
    void inAnEventResetsItsSession() throws IOException {
        FailingNetwork network = new FailingNetwork(2, () -> {
            throw new IllegalStateException("on purpose");
        });
        try (TestUsher usher = TestUsher.of(backend).provider(network).start();
                TestPeer other = usher.connect();
                TestPeer unlucky = usher.connect()) {
            other.send(hello()).read(helloBytes());
            unlucky.send(hello());
            assertEquals(Ending.RST, unlucky.ending());
            usher.ended(CloseReason.BUG);
            echoes(other);
            usher.announceBugs(1);
        }
    }

    @Test
    void atADeadlineResetsItsSession() throws IOException {
        FailingNetwork network = new FailingNetwork(2, () -> {
            throw new IllegalStateException("on purpose");
        });
        try (TestBackend unreachable = TestBackend.unreachable();
                TestUsher usher = TestUsher.of(unreachable, backend)
                        .connectTimeout(Duration.ofMillis(100))
                        .provider(network)
                        .start();
                TestPeer unlucky = usher.connect();
                TestPeer other = usher.connect()) {
            unlucky.send(hello());
            assertEquals(Ending.RST, unlucky.ending());
            usher.ended(CloseReason.BUG);
            other.send(hello()).read(helloBytes());
            echoes(other);
            usher.announceBugs(1);
        }
    }

    @Test
    void onLeavingABackendResetsItsSessionAndOthersLeaveToo() throws IOException {
        FailingNetwork network = new FailingNetwork(3, () -> {
            throw new IllegalStateException("on purpose");
        });
        try (TestBackend removed = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = TestUsher.of(removed, backend)
                        .pool(pool -> pool.balance(Balance.FIRST))
                        .onRemovedBackend(OnRemovedBackend.CLOSE)
                        .provider(network)
                        .start();
                TestPeer other = usher.connect();
                TestPeer unlucky = usher.connect()) {
            other.send(hello());
            Await.until(() -> removed.connections().size() == 1, "the elder waits for an answer");
            unlucky.send(hello());
            Await.until(() -> removed.connections().size() == 2, "the younger waits too");
            UsherConfig config = usher.balancer().looks().config();
            PoolConfig without = PoolConfigBuilder.of(TestUsher.POOL)
                    .backend(backend.config())
                    .build();
            usher.balancer().apply(config.withPools(Map.of(TestUsher.POOL, without)));
            assertEquals(Ending.RST, unlucky.ending());
            usher.ended(CloseReason.BUG);
            other.read(helloBytes());
            echoes(other);
            usher.announceBugs(1);
        }
    }

    @Test
    void atAcceptEndsThatConnectionOnly() throws IOException {
        FailingNetwork network = new FailingNetwork(1, () -> {
            throw new IllegalStateException("on purpose");
        });
        try (TestUsher usher = TestUsher.tcp(backend).provider(network).start()) {
            usher.announceBugs(1);
            assertEquals(Ending.RST, TestPeer.endingOfConnection(usher.address()));
            usher.ended(CloseReason.BUG);
            try (TestPeer other = usher.connect()) {
                echoes(other);
            }
        }
    }

    /** No descriptor or port is left: nobody's fault but ours, and the backend must not pay for it. */
    @Test
    void ofTheMachineIsNotTheBackends() throws IOException {
        FailingNetwork network = new FailingNetwork(1, () -> {
            throw new SocketException("Too many open files");
        });
        try (TestUsher usher = TestUsher.of(backend).provider(network).start();
                TestPeer unlucky = usher.connect()) {
            unlucky.send(hello());
            assertArrayEquals(Hellos.bytes(Alert.INTERNAL_ERROR.record()), unlucky.readToEnd());
            usher.ended(CloseReason.OUT_OF_SOCKETS);
            assertEquals(0, usher.backend(backend).failures());
        }
    }
}
