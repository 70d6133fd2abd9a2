package dev.usher.workers;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.testing.Crowd;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.view.ConnectionView;
import dev.usher.view.ConnectionsView;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Open connections are listed while they come and go, and closed when somebody says so. */
class OpenSessionsTest {
    private final TestBackend one = TestBackend.start(TestBackend.ECHO);
    private final TestBackend two = TestBackend.start(TestBackend.ECHO);
    private final List<TestPeer> clients = new ArrayList<>();

    @AfterEach
    void close() {
        clients.forEach(TestPeer::close);
        one.close();
        two.close();
    }

    private TestPeer open(TestUsher usher) throws IOException {
        TestPeer client = usher.connect();
        clients.add(client);
        client.send(hello()).read(helloBytes());
        return client;
    }

    private void leave() {
        clients.forEach(TestPeer::close);
    }

    private static Set<String> names(List<ConnectionView> connections) {
        Set<String> names = connections.stream()
                .map(connection -> connection.identity().cid())
                .collect(Collectors.toSet());
        assertEquals(connections.size(), names.size(), "one is listed twice");
        return names;
    }

    @Test
    void areListedWithAllThatIsKnownOfThem() throws IOException {
        try (TestUsher usher = TestUsher.of(one).start()) {
            TestPeer relayed = open(usher);
            TestPeer silent = usher.connect();
            clients.add(silent);
            usher.awaitOpen(2);
            ConnectionsView all = usher.balancer().looks().connections(_ -> true, 10);
            assertEquals(2, all.total());
            ConnectionView newest = all.connections().getFirst();
            assertEquals("awaiting_hello", newest.state());
            assertEquals(
                    silent.socket().getLocalSocketAddress(), newest.identity().client());
            assertNull(newest.identity().sni());
            assertNull(newest.identity().alpn());
            assertNull(newest.identity().pool());
            ConnectionView oldest = all.connections().getLast();
            assertEquals("relaying", oldest.state());
            assertEquals(
                    (InetSocketAddress) relayed.socket().getLocalSocketAddress(),
                    oldest.identity().client());
            assertEquals(
                    List.of("in", TestUsher.NAME, TestUsher.NAME, TestUsher.POOL, one.name()),
                    Arrays.asList(
                            oldest.identity().listener(),
                            oldest.identity().sni(),
                            oldest.identity().route(),
                            oldest.identity().pool(),
                            oldest.identity().backend()));
            assertEquals(helloBytes(), oldest.bytesIn());
            assertEquals(helloBytes(), oldest.bytesOut());
            assertFalse(oldest.age().isNegative());
            assertTrue(oldest.since().isBefore(newest.since()));
            relayed.halfClose().readToEnd();
            assertEquals(
                    usher.ended(CloseReason.COMPLETED).identity().cid(),
                    oldest.identity().cid());
            silent.close();
            assertEquals(
                    usher.ended(CloseReason.CLIENT_GONE_BEFORE_HELLO).identity().cid(),
                    newest.identity().cid());
        }
    }

    @Test
    void areFilteredAndTheNewestComeFirst() throws IOException {
        try (TestUsher usher = TestUsher.of(one, two).workers(2).start()) {
            for (int i = 0; i < 20; i++) {
                open(usher);
            }
            ConnectionsView all = usher.balancer().looks().connections(_ -> true, 100);
            assertEquals(20, names(all.connections()).size());
            assertTrue(all.connections().stream()
                    .map(ConnectionView::since)
                    .sorted(Comparator.reverseOrder())
                    .toList()
                    .equals(all.connections().stream()
                            .map(ConnectionView::since)
                            .toList()));
            ConnectionsView some = usher.balancer()
                    .looks()
                    .connections(found -> one.name().equals(found.identity().backend()), 3);
            assertEquals(20, some.total());
            assertEquals(10, some.matched(), "round robin");
            assertEquals(
                    all.connections().stream()
                            .filter(found -> one.name().equals(found.identity().backend()))
                            .limit(3)
                            .map(connection -> connection.identity().cid())
                            .toList(),
                    some.connections().stream()
                            .map(connection -> connection.identity().cid())
                            .toList());
            leave();
        }
    }

    /** Those that are there all the time are in every list, once. */
    @Test
    void areAllListedWhileOthersComeAndGo() throws Exception {
        try (TestUsher usher = TestUsher.of(one).workers(2).start()) {
            Set<String> staying = new HashSet<>();
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> guests = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                guests.add(Thread.ofPlatform().start(() -> comeAndGo(usher, done)));
            }
            for (int i = 0; i < 300; i++) {
                open(usher);
            }
            Set<Object> addresses = clients.stream()
                    .map(client -> client.socket().getLocalSocketAddress())
                    .collect(Collectors.toSet());
            for (int round = 0; round < 20; round++) {
                ConnectionsView all = usher.balancer().looks().connections(_ -> true, 10_000);
                Set<String> names = names(all.connections());
                assertTrue(names.containsAll(staying));
                all.connections().stream()
                        .filter(found -> addresses.contains(found.identity().client()))
                        .map(connection -> connection.identity().cid())
                        .forEach(staying::add);
                assertEquals(300, staying.size());
            }
            done.set(true);
            for (Thread guest : guests) {
                guest.join();
            }
            leave();
        }
    }

    @Test
    void areListedByTheTenThousand() throws IOException {
        try (TestUsher usher = TestUsher.of(one)
                        .workers(2)
                        .helloTimeout(Duration.ofMinutes(1))
                        .start();
                Crowd crowd = Crowd.of(10_000, usher.address())) {
            usher.awaitOpen(10_000);
            ConnectionsView all = usher.balancer().looks().connections(_ -> true, 10_000);
            assertEquals(10_000, all.total());
            assertEquals(10_000, names(all.connections()).size());
            crowd.leave(5_000);
            ConnectionsView newest = usher.balancer().looks().connections(_ -> true, 500);
            assertEquals(500, names(newest.connections()).size());
            usher.awaitOpen(5_000);
            assertEquals(
                    5_000, usher.balancer().looks().connections(_ -> false, 500).total());
        }
    }

    private static void comeAndGo(TestUsher usher, AtomicBoolean done) {
        while (!done.get()) {
            try (TestPeer guest = usher.connect()) {
                guest.send(hello()).read(helloBytes());
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void oneIsClosedByItsName() throws IOException {
        try (TestUsher usher = TestUsher.of(one).workers(2).start()) {
            for (int i = 0; i < 10; i++) {
                open(usher);
            }
            TestPeer chosen = clients.get(4);
            String cid = usher.balancer()
                    .looks()
                    .connections(
                            found -> found.identity()
                                    .client()
                                    .equals(chosen.socket().getLocalSocketAddress()),
                            1)
                    .connections()
                    .getFirst()
                    .identity()
                    .cid();
            assertTrue(usher.balancer().control().closeConnection(cid, "alice"));
            assertEquals(Ending.RST, chosen.ending());
            assertEquals(cid, usher.ended(CloseReason.KILLED).identity().cid());
            assertEquals(9, usher.balancer().looks().openSessions());
            assertEquals(
                    Event.Kind.ADMIN,
                    usher.balancer().looks().events().getLast().kind());
            assertEquals(
                    "closed by alice",
                    usher.balancer().looks().events().getLast().text());
            assertFalse(usher.balancer().control().closeConnection(cid, "alice"), "it is gone");
            for (String none : List.of("", "x", "other-1", cid + "0", cid.substring(0, cid.indexOf('-') + 1) + "!")) {
                assertFalse(usher.balancer().control().closeConnection(none, "alice"), none);
            }
            assertEquals(9, usher.balancer().looks().openSessions());
            leave();
        }
    }

    @Test
    void allOfABackendAreClosed() throws IOException {
        try (TestUsher usher = TestUsher.of(one, two).workers(2).start()) {
            for (int i = 0; i < 200; i++) {
                open(usher);
            }
            assertEquals(100, usher.balancer().control().closeSessionsOf(TestUsher.POOL, one.name(), "alice"));
            assertEquals(100, usher.snapshot().ended("killed"));
            ConnectionsView left = usher.balancer().looks().connections(_ -> true, 1000);
            assertTrue(left.connections().stream()
                    .allMatch(found -> two.name().equals(found.identity().backend())));
            assertEquals(100, left.total());
            Event last = usher.balancer().looks().events().getLast();
            assertEquals("backend " + one.name() + " of pool web", last.subject());
            assertEquals("100 sessions closed by alice", last.text());
            assertEquals(last.sequence(), usher.balancer().looks().lastEvent());
            leave();
        }
    }
}
