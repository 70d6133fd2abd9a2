package dev.usher;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Balance;
import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.pool.AdminState;
import dev.usher.pool.BackendState;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPeer.Ending;
import dev.usher.testing.TestUsher;
import dev.usher.view.BackendView;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people say of backends holds, is seen, and is an event with who said it. */
class BackendControlTest {
    private static final Duration SOON = Duration.ofMillis(50);

    private final TestBackend one = TestBackend.start(TestBackend.ECHO);
    private final TestBackend two = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private static void set(TestUsher usher, TestBackend backend, AdminState state, @Nullable Duration closeAfter) {
        usher.balancer().control().setAdminState(TestUsher.POOL, backend.name(), state, "alice", closeAfter);
    }

    private static BackendView view(TestUsher usher, int backend) {
        return usher.balancer().looks().pools().getFirst().backends().get(backend);
    }

    private static List<String> adminEvents(TestUsher usher) {
        return usher.balancer().looks().events().stream()
                .filter(event -> event.kind() == Event.Kind.ADMIN)
                .map(Event::text)
                .toList();
    }

    /** A client that has its echo. */
    private static TestPeer served(TestUsher usher) throws IOException {
        TestPeer client = usher.connect();
        client.send(hello()).read(helloBytes());
        return client;
    }

    private static void assertServed(TestPeer client) throws IOException {
        client.send(new byte[] {7});
        assertEquals(7, client.read(1)[0]);
    }

    @Test
    void whatIsLeftAfterTheDrainIsClosed() throws IOException {
        try (TestUsher usher = TestUsher.of(one).start();
                TestPeer client = served(usher)) {
            set(usher, one, AdminState.DRAIN, SOON);
            assertEquals(BackendState.DRAINING, view(usher, 0).state());
            assertEquals(Ending.RST, client.ending());
            usher.ended(CloseReason.KILLED);
            Await.until(() -> adminEvents(usher).size() == 2, "the closing is an event");
            assertEquals(
                    List.of("drained by alice; remaining sessions are closed after 50ms", "1 session closed by alice"),
                    adminEvents(usher));
        }
    }

    /** The one that is enabled again keeps its session, the other, whose time ends later, loses it. */
    @Test
    void nothingIsClosedWhereItWasEnabledMeanwhile() throws IOException {
        try (TestUsher usher = TestUsher.of(one, two).start();
                TestPeer first = served(usher);
                TestPeer second = served(usher)) {
            set(usher, one, AdminState.DRAIN, SOON);
            set(usher, one, AdminState.READY, null);
            set(usher, two, AdminState.DISABLED, SOON.multipliedBy(4));
            assertEquals(Ending.RST, second.ending());
            usher.ended(CloseReason.KILLED);
            assertServed(first);
            first.halfClose().readToEnd();
            usher.ended(CloseReason.COMPLETED);
        }
    }

    @Test
    void aLaterWordReplacesTheDeadline() throws IOException {
        try (TestUsher usher = TestUsher.of(one, two).start();
                TestPeer first = served(usher);
                TestPeer second = served(usher)) {
            set(usher, one, AdminState.DRAIN, SOON);
            set(usher, one, AdminState.DRAIN, null);
            set(usher, two, AdminState.DRAIN, Duration.ofDays(365));
            set(usher, two, AdminState.DRAIN, SOON.multipliedBy(4));
            assertEquals(Ending.RST, second.ending());
            assertServed(first);
        }
    }

    /** Who took it out is the reason while it is out, never afterwards; and each act is one event. */
    @Test
    void theReasonIsThatOfTheProbesOnceItIsEnabled() {
        try (TestUsher usher = TestUsher.of(one, two).start()) {
            String before = view(usher, 0).reason();
            int events = usher.balancer().looks().events().size();
            set(usher, one, AdminState.DRAIN, null);
            assertEquals("drained by alice", view(usher, 0).reason());
            set(usher, one, AdminState.DISABLED, null);
            assertEquals("disabled by alice", view(usher, 0).reason());
            set(usher, one, AdminState.READY, null);
            assertEquals(before, view(usher, 0).reason());
            List<Event> all = usher.balancer().looks().events();
            assertEquals(
                    List.of("drained by alice", "disabled by alice", "enabled by alice"),
                    all.subList(events, all.size()).stream().map(Event::text).toList());
        }
    }

    /** Who was first stays the reason. */
    @Test
    void whatIsSoAlreadyIsNoEvent() {
        try (TestUsher usher = TestUsher.of(one, two).start()) {
            set(usher, one, AdminState.READY, null);
            assertEquals(List.of(), adminEvents(usher));
            set(usher, one, AdminState.DRAIN, null);
            BackendView drained = view(usher, 0);
            usher.balancer().control().setAdminState(TestUsher.POOL, one.name(), AdminState.DRAIN, "bob", null);
            assertEquals(drained, view(usher, 0));
            set(usher, one, AdminState.READY, null);
            set(usher, one, AdminState.READY, null);
            usher.balancer().control().setWeight(TestUsher.POOL, one.name(), 1, "alice");
            usher.balancer().control().setWeight(TestUsher.POOL, one.name(), 0, "alice");
            usher.balancer().control().setWeight(TestUsher.POOL, one.name(), 7, "alice");
            usher.balancer().control().setWeight(TestUsher.POOL, one.name(), 7, "bob");
            assertEquals(List.of("drained by alice", "enabled by alice", "weight 7 by alice"), adminEvents(usher));
        }
    }

    @Test
    void aDrainThatIsNoLongerToCloseIsAnEvent() {
        try (TestUsher usher = TestUsher.of(one, two).start()) {
            set(usher, one, AdminState.DRAIN, Duration.ofHours(1));
            set(usher, one, AdminState.DRAIN, null);
            set(usher, one, AdminState.DRAIN, null);
            assertEquals(
                    List.of("drained by alice; remaining sessions are closed after 1h", "drained by alice"),
                    adminEvents(usher));
        }
    }

    @Test
    void aWeightIsSeenWithTheConfiguredOne() {
        try (TestUsher usher = TestUsher.of(one)
                .pool(pool -> pool.balance(Balance.LEAST_CONNECTIONS))
                .start()) {
            usher.balancer().control().setWeight(TestUsher.POOL, one.name(), 7, "alice");
            assertEquals(7, view(usher, 0).weight());
            assertEquals(1, view(usher, 0).configuredWeight());
            usher.balancer().control().setWeight(TestUsher.POOL, one.name(), 0, "bob");
            assertEquals(1, view(usher, 0).weight());
            assertEquals(List.of("weight 7 by alice", "weight 1, as configured, by bob"), adminEvents(usher));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> usher.balancer().control().setWeight(TestUsher.POOL, one.name(), 257, "bob"));
            assertEquals(2, adminEvents(usher).size(), "what was not done is no event");
        }
    }

    @Test
    void namesThatThereAreAreSaid() {
        try (TestUsher usher = TestUsher.of(one).start()) {
            NoSuchElementException noPool = assertThrows(
                    NoSuchElementException.class,
                    () -> usher.balancer().control().closeSessionsOf("nope", one.name(), "alice"));
            assertTrue(String.valueOf(noPool.getMessage()).contains("there are web"), noPool::toString);
            NoSuchElementException noBackend = assertThrows(
                    NoSuchElementException.class,
                    () -> usher.balancer()
                            .control()
                            .setAdminState("web", "1.2.3.4:5", AdminState.DRAIN, "alice", null));
            assertTrue(String.valueOf(noBackend.getMessage()).contains(one.name()), noBackend::toString);
        }
    }
}
