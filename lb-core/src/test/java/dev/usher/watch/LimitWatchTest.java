package dev.usher.watch;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.BackendConfig;
import dev.usher.end.CloseReason;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.loop.AcceptPause;
import dev.usher.relay.ListenerCounts;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A limit that is hit is said once, until it has been quiet for a minute. */
class LimitWatchTest {
    private final ManualClock clock = new ManualClock();
    private final Events events = new Events(clock);
    private final LimitWatch watch = new LimitWatch(events, clock);
    private final Map<String, ListenerCounts> listeners = new LinkedHashMap<>(
            Map.of("https", new ListenerCounts("https", 2), "other", new ListenerCounts("other", 2)));

    private ListenerCounts.OfWorker worker(String listener, int index) {
        return Objects.requireNonNull(listeners.get(listener)).workers().get(index);
    }

    private List<String> newsAfter(Duration time) {
        long before = events.last();
        clock.advance(time);
        watch.look(listeners, List.of());
        return events.all().stream()
                .filter(event -> event.sequence() > before)
                .map(event -> event.kind() + " " + event.subject() + " "
                        + event.text().replaceFirst(":.*", ""))
                .toList();
    }

    private List<String> newsAfterASecond() {
        return newsAfter(Duration.ofSeconds(1));
    }

    @Test
    void saysEachLimitWithItsKey() {
        assertEquals(List.of(), newsAfterASecond());
        worker("https", 0).acceptPauses().of(AcceptPause.LISTENER_FULL).increment();
        worker("other", 1).acceptPauses().of(AcceptPause.ALL_FULL).add(3);
        worker("https", 1).acceptPauses().of(AcceptPause.NO_DESCRIPTORS).increment();
        worker("https", 0).ended().of(CloseReason.CLIENT_CONNECTIONS).increment();
        worker("https", 1).ended().of(CloseReason.CLIENT_CONNECTIONS).increment();
        worker("https", 0).ended().of(CloseReason.CLIENT_RATE).increment();
        worker("https", 0).ended().of(CloseReason.OUT_OF_BUFFERS).increment();
        worker("https", 0).ended().of(CloseReason.HELLO_EVICTED).add(2);
        worker("https", 0).ended().of(CloseReason.OUT_OF_SOCKETS).increment();
        worker("https", 0).ended().of(CloseReason.NO_BACKEND).increment();
        assertEquals(
                List.of(
                        "LIMIT listeners.https.max_connections reached, 1 time",
                        "LIMIT limits.max_connections reached, 3 times",
                        "LIMIT open files reached, 1 time",
                        "LIMIT limits.per_client_ip.connections reached, 2 times",
                        "LIMIT limits.per_client_ip.new_per_second reached, 1 time",
                        "LIMIT limits.held_bytes reached, 1 time",
                        "LIMIT unfinished openings reached, 2 times",
                        "LIMIT open files or local ports reached, 1 time"),
                newsAfterASecond());
    }

    @Test
    void saysItAgainAfterAQuietMinute() {
        for (int second = 0; second < 180; second++) {
            worker("https", second % 2).ended().of(CloseReason.CLIENT_RATE).add(5);
            assertEquals(second == 0 ? 1 : 0, newsAfterASecond().size(), "after " + second + " s");
        }
        assertEquals(900, watch.hits().getFirst().count());
        assertEquals(List.of(), newsAfter(Duration.ofSeconds(59)));
        assertEquals(1, watch.hits().size());
        worker("https", 0).ended().of(CloseReason.CLIENT_RATE).increment();
        assertEquals(List.of(), newsAfter(Duration.ofMillis(900)), "it was not quiet for a minute");
        assertEquals(List.of(), newsAfter(Duration.ofSeconds(60)));
        assertEquals(List.of(), watch.hits());
        worker("https", 0).ended().of(CloseReason.CLIENT_RATE).add(2);
        assertEquals(List.of("LIMIT limits.per_client_ip.new_per_second reached, 2 times"), newsAfterASecond());
    }

    @Test
    void aRunningOneSaysWhatItsListenersWaitFor() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of(backend).listenerConnections(1).start();
                TestPeer only = usher.connect();
                TestPeer waiting = usher.connect()) {
            Await.until(
                    () -> usher.balancer().looks().events().stream().anyMatch(event -> event.kind() == Kind.LIMIT),
                    "the limit is said");
            assertEquals(
                    "listeners.in.max_connections",
                    usher.balancer().looks().limitsHit().getFirst().key());
            assertTrue(Objects.requireNonNull(usher.snapshot().listeners().get("in"))
                            .acceptPauses()
                            .getOrDefault("listener_full", 0L)
                    > 0);
            assertTrue(only.socket().isConnected() && waiting.socket().isConnected());
        }
    }

    @Test
    void aRunningOneSaysThatAllBackendsAreFull() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.ECHO);
                TestUsher usher = TestUsher.of()
                        .backend(new BackendConfig(backend.hostPort(), 1, 1, false))
                        .start();
                TestPeer only = usher.connect();
                TestPeer refused = usher.connect()) {
            only.send(hello()).read(helloBytes());
            refused.send(hello()).readToEnd();
            usher.ended(CloseReason.NO_BACKEND);
            Await.until(() -> !usher.balancer().looks().limitsHit().isEmpty(), "the limit is said");
            assertEquals(
                    "pools.web.backends.max_connections",
                    usher.balancer().looks().limitsHit().getFirst().key());
        }
    }
}
