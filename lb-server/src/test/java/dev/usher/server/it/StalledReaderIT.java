package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Readers that stop with a gigabyte to come cost next to no memory, and the others do not notice: backpressure reaches
 * the sender. In the end all of it comes.
 */
class StalledReaderIT {
    private static final long GIGABYTE = 1L << 30;
    private static final int STALLED = 40;
    private static final byte[] TO_FLOOD = Hello.of("flood.example.com");
    private static final byte[] TO_ECHO = Hello.of("echo.example.com");

    /**
     * What usher may keep for a stalled session is one read, 256 KiB at most; the rest is for the JVM itself, which
     * comes to compile the code and to use its heap in this time. Without backpressure it would be gigabytes.
     */
    private static final long RSS_GROWTH = STALLED * 256L * 1024 + 48L * 1024 * 1024;

    /** A round trip takes some 100 µs; a sender that holds the worker would make it the time of a whole body. */
    private static final long SLOWEST_MEDIAN_MICROS = 20_000;

    @Test
    @Tag("slow")
    @Tag("alone")
    void stalledReadersCostNoMemoryAndHoldUpNobody() throws Exception {
        AtomicLong sent = new AtomicLong();
        byte[] zeros = new byte[1 << 18];
        try (Backend flood = new Backend(client -> {
                    client.read(TO_FLOOD.length);
                    for (long left = GIGABYTE; left > 0; left -= zeros.length) {
                        client.send(zeros);
                        sent.addAndGet(zeros.length);
                    }
                });
                Backend echo = new Backend(Backend.ECHO);
                Usher usher = Usher.run("", """
                        routes:
                          flood.example.com: %s
                          echo.example.com: %s
                        """.formatted(flood.hostPort(), echo.hostPort()));
                Peer quick = Peer.connect(usher)) {
            roundTrips(quick, 3000); // the code is compiled by now
            long alone = median(roundTrips(quick, 1000));
            long rss = usher.facts().rssBytes();

            List<Peer> stalled = new ArrayList<>();
            for (int i = 0; i < STALLED; i++) {
                stalled.add(stall(usher));
            }
            awaitStandstill(sent);
            long[] beside = roundTrips(quick, 3000);
            long growth = usher.facts().rssBytes() - rss;
            Figures.note("%d readers stalled with 1 GiB each to come, %d MB on the way: RSS %+d KiB"
                    .formatted(STALLED, sent.get() / 1_000_000, growth / 1024));
            Figures.note("round trip of another session: median %d us before, %d us beside them, p99 %d us"
                    .formatted(alone, median(beside), beside[beside.length * 99 / 100]));
            assertTrue(growth < RSS_GROWTH, () -> "RSS grew by " + growth / 1024 + " KiB");
            assertTrue(median(beside) < SLOWEST_MEDIAN_MICROS, () -> "median " + median(beside) + " µs");
            assertIdle(usher);

            Peer last = stalled.removeLast();
            assertEquals(GIGABYTE, count(last));
            last.halfClose();
            usher.log().of(last).ends("completed --").moved(TO_FLOOD.length, GIGABYTE);
            last.close();
            leave(usher, stalled);
            Await.until(() -> usher.facts().sockets() < 12, "all buffers are back");
        }
    }

    private static Peer stall(Usher usher) throws Exception {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 * 1024);
        socket.connect(usher.address());
        return new Peer(socket).send(TO_FLOOD);
    }

    /** Until all buffers on the way are full. */
    private static void awaitStandstill(AtomicLong sent) throws Exception {
        Await.until(
                () -> {
                    long before = sent.get();
                    Await.pass(Duration.ofMillis(300));
                    return before > 0 && sent.get() == before;
                },
                "every sender stands still");
    }

    /** With all readers stalled and nobody else, there is nothing to do. */
    private static void assertIdle(Usher usher) throws Exception {
        long before = usher.facts().cpuMillis();
        Await.pass(Duration.ofSeconds(1));
        long used = usher.facts().cpuMillis() - before;
        Figures.note("CPU while all are stalled: " + used + " ms in a second");
        assertTrue(used < 200, () -> used + " ms of CPU in a second in which nothing happens");
    }

    private static long count(Peer client) throws Exception {
        return client.in().transferTo(OutputStream.nullOutputStream());
    }

    /** The reset of a reader that was stalled is seen, although there is much to write to it. */
    private static void leave(Usher usher, List<Peer> stalled) throws Exception {
        for (Peer client : stalled) {
            client.reset();
        }
        for (Peer client : stalled) {
            usher.log().of(client).ends("client_reset CD");
        }
    }

    /** Microseconds of each, in rising order. */
    private static long[] roundTrips(Peer client, int count) throws Exception {
        long[] micros = new long[count];
        for (int i = 0; i < count; i++) {
            long begun = System.nanoTime();
            assertArrayEquals(TO_ECHO, client.send(TO_ECHO).read(TO_ECHO.length));
            micros[i] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begun);
        }
        Arrays.sort(micros);
        return micros;
    }

    private static long median(long[] sorted) {
        return sorted[sorted.length / 2];
    }

    /**
     * While a reader stalls, usher does not read from its backend, and so cannot see that the backend is gone. When the
     * reader goes on it gets what came before, and then the RST: never a FIN, which would make it the whole.
     */
    @Test
    void readerThatGoesOnGetsTheResetOfItsBackend() throws Exception {
        AtomicLong sent = new AtomicLong();
        CountDownLatch reset = new CountDownLatch(1);
        byte[] zeros = new byte[1 << 16];
        try (Backend breaking = new Backend(client -> {
                    client.read(TO_FLOOD.length);
                    Thread writer = Thread.ofVirtual().start(() -> sendForEver(client, zeros, sent));
                    awaitStandstill(sent);
                    client.reset();
                    writer.join();
                    reset.countDown();
                });
                Usher usher = Usher.run("", """
                        routes: { flood.example.com: "%s" }
                        """.formatted(breaking.hostPort()));
                Peer client = stall(usher)) {
            assertTrue(reset.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS));
            assertEquals(Peer.Ending.RST, client.ending());
            usher.log().of(client).ends("backend_reset SD");
        }
    }

    private static void sendForEver(Peer client, byte[] piece, AtomicLong sent) {
        try {
            while (true) {
                client.send(piece);
                sent.addAndGet(piece.length);
            }
        } catch (IOException reset) {
            // as it was meant to end
        }
    }

    /** The other direction: the backend stops to read, and the client leaves. */
    @Test
    void backendThatGoesOnGetsTheResetOfItsClient() throws Exception {
        AtomicLong sent = new AtomicLong();
        CountDownLatch reset = new CountDownLatch(1);
        BlockingQueue<Peer.Ending> told = new LinkedBlockingQueue<>();
        byte[] zeros = new byte[1 << 16];
        try (Backend stalled = new Backend(client -> {
                    client.send(TO_FLOOD);
                    reset.await();
                    told.add(client.ending());
                });
                Usher usher = Usher.run("", """
                        routes: { flood.example.com: "%s" }
                        """.formatted(stalled.hostPort()));
                Peer client = Peer.connect(usher)) {
            client.send(TO_FLOOD).read(TO_FLOOD.length);
            Thread writer = Thread.ofVirtual().start(() -> sendForEver(client, zeros, sent));
            awaitStandstill(sent);
            client.reset();
            writer.join();
            reset.countDown();
            assertEquals(Peer.Ending.RST, told.poll(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS));
            usher.log().of(client).ends("client_reset CD");
        }
    }
}
