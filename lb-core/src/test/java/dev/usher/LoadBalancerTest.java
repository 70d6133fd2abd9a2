package dev.usher;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.metrics.Totals;
import dev.usher.pool.BackendState;
import dev.usher.relay.SessionLog;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import dev.usher.view.PoolView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The door: what may be done when. */
class LoadBalancerTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
    }

    /** Its listeners would be open again, and clients be taken that nobody waits for. */
    @Test
    void refusesAnotherConfigurationWhileItDrains() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            UsherConfig config = usher.balancer().looks().config();
            usher.balancer().apply(config);
            assertFalse(usher.balancer().draining());
            usher.balancer().beginDraining();
            assertTrue(usher.balancer().draining());
            usher.connect().close(); // it still listens
            assertThrows(IOException.class, () -> usher.balancer().apply(config));
            usher.balancer().drain(Duration.ZERO);
            IOException refused =
                    assertThrows(IOException.class, () -> usher.balancer().apply(config));
            assertTrue(String.valueOf(refused.getMessage()).contains("shutting down"), refused::toString);
            assertThrows(IOException.class, usher::connect);
        }
    }

    /** Each worker has answered, and has so looked at its sockets, before the client is found to be taken by none. */
    @Test
    void connectionsWaitUntilItAccepts() throws IOException {
        UsherConfig config = TestUsher.of(backend).config();
        try (LoadBalancer balancer = LoadBalancer.open(config, Environment.of(SessionLog.NONE, Integer.MAX_VALUE));
                TestPeer client = TestPeer.connect(
                        balancer.looks().addresses().values().iterator().next().getFirst())) {
            assertEquals(0, balancer.looks().connections(_ -> true, 1).total());
            assertEquals(0, balancer.looks().openSessions());
            balancer.accept();
            client.send(hello()).read(helloBytes());
            assertEquals(1, balancer.looks().openSessions());
        }
    }

    /** The kernel would give the sockets of a process that still prepares their share of the connections. */
    @Test
    void besideAnotherItBindsOnRequestAlone() throws IOException {
        try (TestUsher first = TestUsher.of(backend).start()) {
            InetSocketAddress address = first.balancer()
                    .looks()
                    .addresses()
                    .values()
                    .iterator()
                    .next()
                    .getFirst();
            UsherConfig config = first.balancer().looks().config();
            HostPort bind = new HostPort("127.0.0.1", address.getPort());
            UsherConfig same = UsherConfig.of(
                    List.of(ListenerConfig.tls("in", List.of(bind))),
                    config.routes(),
                    List.copyOf(config.pools().values()));
            Environment beside =
                    Environment.of(SessionLog.NONE, Integer.MAX_VALUE).beside();
            try (LoadBalancer second = LoadBalancer.open(same, beside)) {
                for (int i = 0; i < 20; i++) {
                    try (TestPeer client = first.connect()) {
                        client.send(hello()).read(helloBytes());
                    }
                }
                assertEquals(20, first.balancer().looks().totals().accepted());
                assertEquals(Map.of(), second.looks().addresses());
                second.listen();
                assertEquals(Map.of("in", List.of(address)), second.looks().addresses());
            }
        }
    }

    /** A load balancer that was opened later, and accepts, has found the same backend down before this one has looked. */
    @Test
    void probesWaitUntilItAccepts() throws IOException {
        try (TestBackend refusing = TestBackend.refusing()) {
            UsherConfig config = TestUsher.of(refusing)
                    .pool(pool -> pool.check(HealthCheckConfig.Type.TCP))
                    .config();
            Environment environment = Environment.of(SessionLog.NONE, Integer.MAX_VALUE);
            try (LoadBalancer opened = LoadBalancer.open(config, environment);
                    LoadBalancer started = LoadBalancer.start(config, environment)) {
                Await.until(() -> isDown(started), "a probe was refused");
                assertFalse(isDown(opened));
                opened.accept();
                Await.until(() -> isDown(opened), "it probes now");
            }
        }
    }

    private static boolean isDown(LoadBalancer balancer) {
        return balancer.looks().pool(TestUsher.POOL).backends().getFirst().state() == BackendState.DOWN;
    }

    @Test
    void drainsWithoutAWordBefore() {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            usher.balancer().drain(Duration.ZERO);
            assertTrue(usher.balancer().draining());
        }
    }

    @Test
    void nothingHasChangedWhereAnAddressIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertRefused(new HostPort("127.0.0.1", taken.getLocalPort()));
        }
    }

    /** Found later than the other: one listener is open by then, and is closed again. */
    @Test
    void nothingHasChangedWhereAnAddressIsNotOurs() throws IOException {
        assertRefused(new HostPort("192.0.2.1", 0));
    }

    private void assertRefused(HostPort bind) throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            UsherConfig before = usher.balancer().looks().config();
            List<ListenerConfig> listeners = new ArrayList<>(before.listeners().values());
            listeners.add(ListenerConfig.tls("free", List.of(new HostPort("127.0.0.1", 0))));
            listeners.add(ListenerConfig.tls("refused", List.of(bind)));
            UsherConfig next = UsherConfig.of(
                    listeners, before.routes(), List.copyOf(before.pools().values()));
            assertThrows(IOException.class, () -> usher.balancer().apply(next));
            assertEquals(before, usher.balancer().looks().config());
            assertEquals(Set.of("in"), usher.balancer().looks().addresses().keySet());
            assertEquals(Set.of("in"), usher.snapshot().listeners().keySet());
            usher.connect().close();
        }
    }

    /** Who watches a counter would take one that falls for a restart. */
    @Test
    void whatARemovedListenerHasCountedStaysInTheTotals() throws Exception {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            try (TestPeer client = usher.connect()) {
                client.send(new HelloBuilder().name("unknown.example").records());
                client.readToEnd();
            }
            usher.ended(CloseReason.UNKNOWN_NAME);
            UsherConfig before = usher.balancer().looks().config();
            ListenerConfig other = ListenerConfig.tls("other", List.of(new HostPort("127.0.0.1", 0)));
            usher.balancer()
                    .apply(UsherConfig.of(
                            List.of(other),
                            before.routes(),
                            List.copyOf(before.pools().values())));
            assertEquals(Set.of("other"), usher.balancer().looks().addresses().keySet());
            Totals totals = usher.balancer().looks().totals();
            assertEquals(1, totals.accepted());
            assertEquals(1, totals.ended().get(CloseReason.UNKNOWN_NAME.word()));
            assertEquals(1, totals.hello().getTotalCount());
            assertEquals(1, usher.snapshot().accepted());
            assertEquals(1, usher.snapshot().ended(CloseReason.UNKNOWN_NAME.word()));
        }
    }

    /** As whoever wrote it has it in mind; also after a reload that has moved it. */
    @Test
    void listenersAndPoolsComeInTheOrderOfTheConfiguration() throws IOException {
        List<String> names = List.of("zeta", "alpha", "mid", "omega", "beta", "kappa", "iota", "chi");
        try (TestUsher usher = TestUsher.of(backend).start()) {
            for (List<String> order : List.of(names, names.reversed())) {
                usher.balancer()
                        .apply(UsherConfig.of(
                                order.stream()
                                        .map(name -> ListenerConfig.tls(name, List.of(new HostPort("127.0.0.1", 0))))
                                        .toList(),
                                List.of(RouteConfig.of("www.example.com", "zeta")),
                                order.stream()
                                        .map(name -> PoolConfig.of(name, List.of(TestUsher.anyBackend())))
                                        .toList()));
                assertEquals(
                        order, List.copyOf(usher.balancer().looks().listeners().keySet()));
                assertEquals(
                        order,
                        usher.balancer().looks().pools().stream()
                                .map(PoolView::name)
                                .toList());
                assertEquals(order, List.copyOf(usher.snapshot().pools().keySet()));
            }
        }
    }

    @Test
    void itsBudgetForHeldBytesIsSeen() {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            assertEquals(LimitsConfig.DEFAULT.heldBytes(), usher.snapshot().heldBytesMax());
        }
    }
}
