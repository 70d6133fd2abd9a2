package dev.usher.relay;

import static dev.usher.testing.TestUsher.POOL;
import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import dev.usher.pool.RecentSessions.Trouble;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A backend that its probes find well, or that has none, and that fails real sessions: what is known of it. */
class SessionEvidenceTest {
    private static final Duration SHORT = Duration.ofMillis(100);
    /** handshake_failure, of a server that took the hello and liked nothing in it. */
    private static final byte[] ALERT = {21, 3, 3, 0, 2, 2, 40};

    private static TestPeer from(TestUsher usher, int address) throws IOException {
        return TestPeer.connectFrom("127.0.0." + address, usher.address());
    }

    private static @Nullable String textOf(@Nullable Trouble trouble) {
        return trouble == null ? null : trouble.text();
    }

    private static @Nullable Trouble trouble(TestUsher usher, TestBackend backend) {
        return usher.balancer().looks().backend(POOL, backend.name()).trouble();
    }

    private static List<String> events(TestUsher usher) {
        return usher.balancer().looks().events().stream()
                .filter(event -> event.kind() == Event.Kind.WARNING || event.kind() == Event.Kind.BACKEND_UP)
                .map(Event::text)
                .toList();
    }

    private static void visits(TestUsher usher, int count, boolean severalClients) throws IOException {
        for (int i = 0; i < count; i++) {
            try (TestPeer client = from(usher, severalClients ? 2 + i % 4 : 2)) {
                client.send(hello()).readToEnd();
            }
        }
    }

    @Test
    void aSoleBackendThatIsSilentIsToldOfAndForgivenWhenItAnswers() throws IOException {
        AtomicBoolean frozen = new AtomicBoolean(true);
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> {
                    if (!frozen.get()) {
                        client.send(hello());
                    }
                    client.readToEnd();
                });
                TestUsher usher = TestUsher.of(backend)
                        .pool(pool -> pool.firstByte(SHORT))
                        .start()) {
            // As few as are enough: a session more is told of by the event, or comes after it.
            List<TestPeer> waiting = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                waiting.add(from(usher, 2 + i).send(hello()));
            }
            Await.until(() -> trouble(usher, backend) != null, "sessions speak against it");
            assertEquals("the last 3 sessions got no answer", textOf(trouble(usher, backend)));
            Await.until(() -> events(usher).size() == 1, "there is an event");
            String told = events(usher).getFirst();
            assertTrue(told.matches("the last 3 sessions got no answer, since \\S+Z, though it is up"), told);
            frozen.set(false);
            for (int i = 0; i < 3; i++) {
                try (TestPeer client = from(usher, 2)) {
                    client.send(hello()).read(helloBytes());
                }
            }
            Await.until(() -> events(usher).size() == 2, "there is an event that it is over");
            assertEquals("sessions are answered again", events(usher).getLast());
            assertNull(trouble(usher, backend));
            waiting.forEach(TestPeer::close);
        }
    }

    /** What they do is no evidence: they could make it up. */
    @Test
    void clientsThatLeaveProveNothing() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT);
                TestUsher usher = TestUsher.of(backend)
                        .halfClosedTimeout(SHORT)
                        .pool(pool -> pool.firstByte(Duration.ofSeconds(2)))
                        .start()) {
            for (int i = 0; i < 10; i++) {
                try (TestPeer client = from(usher, 2 + i)) {
                    client.send(hello());
                    backend.connection(i);
                }
                usher.nextEnd();
            }
            assertNull(trouble(usher, backend));
        }
    }

    @Test
    void oneClientProvesNothing() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.CLOSE);
                TestUsher usher = TestUsher.of(backend).start()) {
            visits(usher, 10, false);
            assertNull(trouble(usher, backend));
            visits(usher, 4, true);
            assertEquals("the last 8 sessions were closed by it without an answer", textOf(trouble(usher, backend)));
        }
    }

    @Test
    void aBackendThatOnlySendsAlertsIsToldOf() throws IOException {
        try (TestBackend backend = TestBackend.afterReading(helloBytes(), client -> client.send(ALERT));
                TestUsher usher = TestUsher.of(backend).start()) {
            visits(usher, 8, true);
            assertEquals("the last 8 sessions got nothing but a TLS alert", textOf(trouble(usher, backend)));
        }
    }

    /** Without probes nobody else would notice, and no client can cause it. */
    @Test
    void aSoleBackendThatRefusesIsToldOfEvenByOneClient() throws IOException {
        try (TestBackend backend = TestBackend.refusing();
                TestUsher usher = TestUsher.of(backend).start()) {
            visits(usher, 3, false);
            assertEquals("the last 3 sessions could not connect", textOf(trouble(usher, backend)));
        }
    }

    /** Listeners of type tcp count connects alone: whether a backend speaks is its own business. */
    @Test
    void aTcpBackendThatRefusedIsForgivenWhenItTakesConnectionsAgain() throws IOException {
        TestBackend gone = TestBackend.refusing();
        try (TestUsher usher = TestUsher.tcp(gone).start()) {
            for (int i = 0; i < 3; i++) {
                TestPeer.endingOfConnection(usher.address());
                usher.ended(CloseReason.CONNECT_REFUSED);
            }
            assertEquals("the last 3 sessions could not connect", textOf(trouble(usher, gone)));
            Await.until(() -> events(usher).size() == 1, "there is an event");
            gone.close();
            try (TestBackend back = TestBackend.startAt(gone.address().getPort(), TestBackend.SILENT)) {
                try (TestPeer client = from(usher, 2)) {
                    client.send(hello());
                    back.connection(0);
                    Await.until(() -> trouble(usher, gone) == null, "a connection is enough");
                }
                Await.until(() -> events(usher).size() == 2, "there is an event that it is over");
            }
        }
    }

    @Test
    void sessionsThatAreAnsweredSayNothing() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).start()) {
            for (int i = 0; i < 10; i++) {
                try (TestPeer client = from(usher, 2 + i)) {
                    client.send(hello()).read(helloBytes());
                }
            }
            assertNull(trouble(usher, backend));
        }
    }
}
