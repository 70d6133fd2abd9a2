package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Those who ask the admin side for all it has, again and again, are not felt by those whom usher serves. */
@Tag("slow")
@Tag("alone")
class AdminLoadIT {
    private static final String NAME = "www.example.com";
    private static final byte[] HELLO = Hello.of(NAME);
    /** What makes the lists long. */
    private static final int OPEN = 1000;

    private static final int VISITS = 300;

    private static final List<String> DEAR = List.of(
            "/api/v1/connections?limit=10000",
            "/metrics",
            "/api/v1/names?limit=1000",
            "/api/v1/pools",
            "/api/v1/history",
            "/api/v1/config");
    /** All places for streams, and no more: who comes above is refused, which costs less. */
    private static final int STREAMS = 64;
    /** With a header that does not end. */
    private static final int SLOW = 50;

    /**
     * All here share the cores of one machine, and those who ask take most of them: a visit takes several times as long
     * even if usher does nothing wrong. A worker that waited for one list, or that wrote one, would add more than this.
     */
    private static final int TIMES = 5;

    private static final long SPARE_NANOS = 10_000_000;

    private final Parts parts = new Parts();
    private final AtomicBoolean asking = new AtomicBoolean(true);
    private final AtomicInteger answered = new AtomicInteger();

    @AfterEach
    void closeAll() throws Exception {
        parts.closeAll();
    }

    @Test
    void thoseWhoAreServedDoNotFeelIt() throws Exception {
        Backend echo = parts.add(new Backend(Backend.ECHO));
        Usher usher = parts.add(Usher.withAdmin("""
                routes: { %s: web }
                pools: { web: { backends: ["%s"], health_check: none } }
                """.formatted(NAME, echo.hostPort())));
        List<Peer> open = new ArrayList<>();
        for (int i = 0; i < OPEN; i++) {
            open.add(parts.add(visited(usher)));
        }
        medianVisit(usher); // the first ones are slower
        long idle = medianVisit(usher);

        List<Thread> asks = ask(usher.admin());
        Await.until(() -> answered.get() > DEAR.size(), "lists are made");
        int before = answered.get();
        long asked = medianVisit(usher);
        int meanwhile = answered.get() - before;
        asking.set(false);
        for (Thread thread : asks) {
            thread.join();
        }

        Figures.note("a visit takes %d us, and %d us while %d long answers are made"
                .formatted(idle / 1000, asked / 1000, meanwhile));
        assertTrue(meanwhile > DEAR.size(), () -> meanwhile + " answers");
        assertTrue(asked < TIMES * idle + SPARE_NANOS, () -> idle + " ns became " + asked);
        for (Peer peer : open) {
            roundTrip(peer);
        }
        assertTrue(usher.log().all().stream().allMatch(line -> line.end().equals("completed --")));
    }

    // ---- those who are served ----

    private static Peer visited(Usher usher) throws IOException {
        return roundTrip(Peer.connect(usher));
    }

    private static Peer roundTrip(Peer client) throws IOException {
        assertArrayEquals(HELLO, client.send(HELLO).read(HELLO.length));
        return client;
    }

    private static long medianVisit(Usher usher) throws IOException {
        long[] nanos = new long[VISITS];
        for (int i = 0; i < VISITS; i++) {
            long begun = System.nanoTime();
            try (Peer client = visited(usher)) {
                nanos[i] = System.nanoTime() - begun;
                client.halfClose().ending();
            }
        }
        Arrays.sort(nanos);
        return nanos[VISITS / 2];
    }

    // ---- those who ask ----

    private List<Thread> ask(URI admin) throws IOException {
        InetSocketAddress address = new InetSocketAddress(admin.getHost(), admin.getPort());
        for (int i = 0; i < STREAMS; i++) {
            parts.add(Peer.connect(address)).send(request("/api/v1/stream"));
        }
        for (int i = 0; i < SLOW; i++) {
            parts.add(Peer.connect(address)).send("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        return DEAR.stream()
                .map(path -> Thread.ofPlatform().daemon().start(() -> askAgainAndAgain(address, path)))
                .toList();
    }

    private void askAgainAndAgain(InetSocketAddress address, String path) {
        while (asking.get()) {
            try (Peer client = Peer.connect(address)) {
                byte[] answer = client.send(request(path)).in().readAllBytes();
                if (new String(answer, 0, Math.min(15, answer.length), StandardCharsets.US_ASCII)
                        .equals("HTTP/1.1 200 OK")) {
                    answered.incrementAndGet();
                }
            } catch (IOException cut) {
                // It may refuse whom it likes.
            }
        }
    }

    private static byte[] request(String path) {
        return ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }
}
