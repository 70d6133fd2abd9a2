package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many connections at once, and very many one after the other: none is lost, and nothing is left of them. */
@Tag("slow")
@Tag("alone")
class ManyConnectionsIT {
    private static final String WWW = "www.example.com";
    private static final byte[] HELLO = Hello.of(WWW);

    private static final int AT_ONCE = 5000;
    /** Both ends of the test's own, in one process. */
    private static final int DESCRIPTORS = 2 * AT_ONCE + 1000;

    private static final int IN_A_ROW = 50_000;
    private static final int FIRST = 10_000;
    /** Rows that go on beside each other: one for each core, and as many that wait. */
    private static final int ROWS = 4;

    /** Threads of the compiler come and go; those of usher's own are fixed. */
    private static final int THREAD_GROWTH = 4;
    /**
     * 40,000 sessions of a kilobyte each, which is about what their objects take, would be 40 MB; what the JVM itself
     * still adds, as for code that it compiles, is a few hundred KB.
     */
    private static final long HEAP_GROWTH_KIB = 4 * 1024;

    @Test
    void fiveThousandAtOnceStayUsable() throws Exception {
        Needs.descriptors(DESCRIPTORS);
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = usher(echo);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long rss = usher.facts().rssBytes();
            long begun = System.nanoTime();
            List<Peer> clients = all(threads, AT_ONCE, i -> open(usher, i));
            Figures.note("%d connections opened in %d ms".formatted(AT_ONCE, millisSince(begun)));
            assertEquals(AT_ONCE, echo.accepted());
            Await.until(() -> usher.facts().sockets() >= 2 * AT_ONCE, "each has its two descriptors");
            Figures.note("RSS with %d connections at rest: %+d KiB"
                    .formatted(AT_ONCE, (usher.facts().rssBytes() - rss) / 1024));
            for (int round = 0; round < 2; round++) {
                all(threads, AT_ONCE, i -> roundTrip(clients.get(i)));
            }
            assertTrue(usher.log().all().isEmpty(), "none has ended");
            all(threads, AT_ONCE, i -> end(clients.get(i)));
            Await.until(() -> lineCount(usher) == AT_ONCE, "each has its line");
            for (AccessLines.Line line : usher.log().all()) {
                line.ends("completed --").moved(3L * HELLO.length, 3L * HELLO.length);
            }
            Await.until(() -> usher.facts().sockets() < 12, "all sockets but the listening ones are closed");
        }
    }

    @Test
    void fiftyThousandInARowLeaveNothingBehind() throws Exception {
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = usher(echo);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            inARow(threads, usher, FIRST);
            Await.until(() -> usher.facts().sockets() < 12, "nothing is open");
            long heap = heapKib(usher); // before the rest: the JVM opens a socket and starts a thread for jcmd
            int descriptors = usher.facts().descriptors();
            int running = usher.facts().threads();
            long rss = usher.facts().rssBytes();

            long begun = System.nanoTime();
            inARow(threads, usher, IN_A_ROW - FIRST);
            long millis = millisSince(begun);
            Await.until(() -> usher.facts().descriptors() <= descriptors, "there are no more descriptors than before");
            long heapGrowth = heapKib(usher) - heap;
            int threadGrowth = usher.facts().threads() - running;
            Figures.note(
                    "%d short connections at %d a second; since the first %d: descriptors %+d, threads %+d, heap %+d KiB, RSS %+d KiB"
                            .formatted(
                                    IN_A_ROW,
                                    (IN_A_ROW - FIRST) * 1000L / millis,
                                    FIRST,
                                    usher.facts().descriptors() - descriptors,
                                    threadGrowth,
                                    heapGrowth,
                                    (usher.facts().rssBytes() - rss) / 1024));
            assertTrue(threadGrowth <= THREAD_GROWTH, () -> threadGrowth + " threads more");
            assertTrue(heapGrowth < HEAP_GROWTH_KIB, () -> heapGrowth + " KiB more on the heap");

            Await.until(() -> lineCount(usher) == IN_A_ROW, "each has its line", Duration.ofSeconds(20));
            for (AccessLines.Line line : usher.log().all()) {
                line.ends("completed --").moved(HELLO.length, HELLO.length);
            }
        }
    }

    private static Usher usher(Backend backend) throws Exception {
        return Usher.run("", """
                routes: { %s: "%s" }
                defaults: { health_check: none } # a probe would be one connection more
                """.formatted(WWW, backend.hostPort()));
    }

    // ---- one connection ----

    /** From one of several addresses of loopback, so that no limit of ports is met. */
    private static Peer open(Usher usher, int number) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress("127.0.0." + (2 + number % 8), 0));
        socket.connect(usher.address());
        return roundTrip(new Peer(socket));
    }

    private static Peer roundTrip(Peer client) throws IOException {
        assertArrayEquals(HELLO, client.send(HELLO).read(HELLO.length));
        return client;
    }

    private static Peer end(Peer client) throws IOException {
        try (client) {
            assertEquals(Peer.Ending.FIN, client.halfClose().ending());
            return client;
        }
    }

    private static void inARow(ExecutorService threads, Usher usher, int count) throws Exception {
        all(threads, ROWS, row -> {
            for (int i = 0; i < count / ROWS; i++) {
                end(open(usher, row));
            }
            return row;
        });
    }

    // ---- all of them ----

    @FunctionalInterface
    private interface Step<T> {
        T take(int number) throws Exception;
    }

    /** Takes so many steps beside each other, and fails if one of them does. */
    private static <T> List<T> all(ExecutorService threads, int count, Step<T> step) throws Exception {
        List<Future<T>> running = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            running.add(threads.submit(() -> step.take(number)));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> one : running) {
            results.add(one.get());
        }
        return results;
    }

    // ---- measuring ----

    private static long lineCount(Usher usher) throws IOException {
        try (var lines = Files.lines(usher.log().file())) {
            return lines.count();
        }
    }

    /** What is alive on the heap of usher's JVM. */
    private static long heapKib(Usher usher) throws Exception {
        jcmd(usher, "GC.run");
        Matcher used =
                Pattern.compile("(?:DefNew|Tenured) +total \\d+K, used (\\d+)K").matcher(jcmd(usher, "GC.heap_info"));
        long sum = 0;
        int generations = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1));
            generations++;
        }
        assertEquals(2, generations, "the two generations of the serial collector");
        return sum;
    }

    private static String jcmd(Usher usher, String command) throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        return Command.run("", List.of(jcmd, Long.toString(usher.program().pid()), command))
                .succeeds()
                .out();
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
