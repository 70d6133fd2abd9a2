package dev.usher.relay;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Draining, closing, and starting in vain. */
class EndingTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
    }

    private static long openFiles() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    private static boolean hasWorkerThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().startsWith("worker-"));
    }

    private static boolean isListening(TestUsher usher) {
        try {
            usher.connect().close();
            return true;
        } catch (IOException refused) {
            return false;
        }
    }

    @Test
    void drainWaitsForOpenSessions() throws Exception {
        try (TestUsher usher = TestUsher.of(backend).start();
                TestPeer client = usher.connect()) {
            client.send(hello()).read(helloBytes());
            AtomicInteger cut = new AtomicInteger(-1);
            Thread draining =
                    Thread.ofPlatform().start(() -> cut.set(usher.balancer().drain(LONG)));
            Await.until(() -> !isListening(usher), "nobody listens");
            client.send((byte) 1);
            assertArrayEquals(new byte[] {1}, client.read(1));
            assertTrue(draining.isAlive());
            client.halfClose();
            assertEquals(0, client.readToEnd().length);
            draining.join(LONG);
            assertEquals(0, cut.get());
            assertEquals(1, usher.snapshot().ended("completed"));
        }
    }

    @Test
    void drainCutsWhatIsLeftByAReset() throws Exception {
        AtomicReference<Ending> seen = new AtomicReference<>();
        try (TestBackend watching = TestBackend.afterReading(helloBytes(), client -> {
                    client.send((byte) 1);
                    seen.set(client.ending());
                });
                TestUsher usher = TestUsher.of(watching).start();
                TestPeer relaying = usher.connect();
                TestPeer unfinished = usher.connect()) {
            relaying.send(hello()).read(1);
            unfinished.send(hello().limit(9));
            usher.awaitOpen(2);
            assertEquals(2, usher.balancer().drain(Duration.ofMillis(50)));
            assertEquals(Ending.RST, relaying.ending());
            assertEquals(Ending.RST, unfinished.ending());
            usher.ended(CloseReason.SHUTDOWN);
            usher.ended(CloseReason.SHUTDOWN);
            Await.until(() -> seen.get() != null, "the backend's connection ended");
            assertEquals(Ending.RST, seen.get());
        }
    }

    /** The kernel has accepted them, usher has not; a closed SO_REUSEPORT socket would reset them. */
    @Test
    void drainServesConnectionsThatAreQueued() throws Exception {
        try (TestUsher usher = TestUsher.of(backend).listenerConnections(1).start();
                TestPeer open = usher.connect()) {
            open.send(hello()).read(helloBytes());
            List<TestPeer> queued = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                queued.add(usher.connect().send(hello()));
            }
            assertEquals(1, usher.snapshot().accepted());
            AtomicInteger cut = new AtomicInteger(-1);
            Thread draining =
                    Thread.ofPlatform().start(() -> cut.set(usher.balancer().drain(LONG)));
            for (TestPeer client : queued) {
                assertEquals(helloBytes(), client.read(helloBytes()).length);
                client.close();
            }
            open.halfClose();
            draining.join(LONG);
            assertEquals(0, cut.get());
        }
    }

    @Test
    void closeLeavesNoThreadAndNoDescriptor() throws Exception {
        run(); // whatever the JDK opens once is open now
        long before = openFiles();
        for (int i = 0; i < 3; i++) {
            run();
        }
        Await.until(() -> openFiles() <= before, before + " files are open again, not " + openFiles());
        Await.until(() -> !hasWorkerThreads(), "no worker is left");
    }

    /** Sessions in every state, which close() finds open. */
    private void run() throws IOException {
        try (TestBackend refusing = TestBackend.refusing();
                TestBackend unreachable = TestBackend.unreachable();
                TestBackend own = TestBackend.start(TestBackend.ECHO)) {
            TestUsher served = TestUsher.of(own, refusing).workers(2).start();
            TestUsher connecting = TestUsher.of(unreachable).start();
            try (TestPeer relaying = served.connect();
                    TestPeer halfClosed = served.connect();
                    TestPeer unfinished = served.connect();
                    TestPeer refused = served.connect();
                    TestPeer waiting = connecting.connect()) {
                relaying.send(hello()).read(helloBytes());
                halfClosed.send(hello()).halfClose().read(helloBytes());
                unfinished.send(hello().limit(9));
                refused.send(new dev.usher.tls.HelloBuilder().records());
                waiting.send(hello());
                Await.until(() -> connecting.backend(unreachable).open() == 1, "a connect is in flight");
                Await.until(() -> served.snapshot().accepted() == 4, "all are accepted");
                served.balancer().close();
                connecting.balancer().close();
                assertEquals(Ending.RST, relaying.ending());
                assertEquals(0, served.balancer().looks().openSessions());
                assertEquals(0, connecting.balancer().looks().openSessions());
                assertEquals(0, served.heldBytes() + connecting.heldBytes());
                assertEquals(0, connecting.backend(unreachable).open());
                connecting.ended(CloseReason.SHUTDOWN);
            }
            assertFalse(isListening(served));
        }
    }

    @Test
    void closeMayBeCalledAgain() {
        TestUsher usher = TestUsher.of(backend).start();
        usher.close();
        usher.balancer().close();
        assertEquals(0, usher.balancer().looks().openSessions());
    }

    @Test
    void startSaysWhichAddressItCannotHaveAndLeavesNothingOpen() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            UsherConfig config = UsherConfig.of(
                    List.of(ListenerConfig.tcp(
                            "cache",
                            List.of(new HostPort("127.0.0.1", 0), new HostPort("127.0.0.1", taken.getLocalPort())),
                            TestUsher.POOL)),
                    List.of(),
                    List.of(TestUsher.unprobed(
                            TestUsher.POOL,
                            List.of(backend.config()),
                            TimeoutsConfig.DEFAULT,
                            PoolConfig.DEFAULT_RETRIES)));
            start(config); // whatever the JDK opens once is open now
            long before = openFiles();
            String message = start(config);
            assertTrue(message.contains("listener cache"), message);
            assertTrue(message.contains("127.0.0.1:" + taken.getLocalPort()), message);
            assertEquals(before, openFiles());
            assertFalse(hasWorkerThreads());
        }
    }

    private static String start(UsherConfig config) {
        return String.valueOf(assertThrows(
                        IOException.class,
                        () -> LoadBalancer.start(config, Environment.of(SessionLog.NONE, Integer.MAX_VALUE)))
                .getMessage());
    }

    /** SO_REUSEPORT alone would let two share the port in silence. */
    @Test
    void startRefusesThePortOfAnotherUsher() throws IOException {
        try (TestUsher other = TestUsher.of(backend).start()) {
            UsherConfig config = UsherConfig.of(
                    List.of(ListenerConfig.tcp(
                            "cache",
                            List.of(new HostPort("127.0.0.1", other.address().getPort())),
                            TestUsher.POOL)),
                    List.of(),
                    List.of(TestUsher.unprobed(
                            TestUsher.POOL,
                            List.of(backend.config()),
                            TimeoutsConfig.DEFAULT,
                            PoolConfig.DEFAULT_RETRIES)));
            assertTrue(start(config).contains("in use"));
        }
    }

    @Test
    void workersShareThePort() throws Exception {
        try (TestUsher usher = TestUsher.of(backend).workers(4).start()) {
            List<TestPeer> clients = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                clients.add(usher.connect().send(hello()));
            }
            for (TestPeer client : clients) {
                client.read(helloBytes());
            }
            assertEquals(100, usher.balancer().looks().openSessions());
            long busy = usher.snapshot().workers().stream()
                    .filter(worker -> worker.openSessions() > 0)
                    .count();
            assertTrue(busy > 1, busy + " workers have sessions");
            clients.forEach(TestPeer::close);
        }
    }
}
