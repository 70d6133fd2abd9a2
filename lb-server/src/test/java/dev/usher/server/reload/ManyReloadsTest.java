package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.reload.Reload;
import dev.usher.reload.Reload.Result;
import dev.usher.reload.ReloadStatus;
import dev.usher.server.it.Ports;
import dev.usher.testing.Await;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * 200 reloads, each fourth of a faulty file, while clients connect as fast as they can. Each reload takes away what the
 * one before had: all backends of the pool, the pool, the tcp listener's pool, other routes, another address.
 */
@Timeout(180)
class ManyReloadsTest {
    private static final int RELOADS = 200;
    private static final int CLIENTS = 6;

    @TempDir
    private Path directory = Path.of("");

    /** Sends back what it gets, as many connections as come. */
    private static final class Echo implements AutoCloseable {
        private final ServerSocket listening;

        Echo() throws IOException {
            listening = new ServerSocket(0, 4096, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listening.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                }
            } catch (IOException closed) {
                // The end of the test.
            }
        }

        private static void serve(Socket client) {
            try (client) {
                client.getInputStream().transferTo(client.getOutputStream());
            } catch (IOException gone) {
                // The client's side of it tells.
            }
        }

        String address() {
            return "127.0.0.1:" + listening.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    @Test
    void failNoConnection() throws Exception {
        int tls = Ports.free();
        int tcp = Ports.free();
        int more = Ports.free();
        Path file = directory.resolve("usher.yaml");
        try (Echo one = new Echo();
                Echo two = new Echo()) {
            List<String> texts = texts(tls, tcp, more, one.address(), two.address());
            Files.writeString(file, texts.getFirst());
            try (TestReload usher = TestReload.of(file)) {
                Clients clients = new Clients(tls, tcp);
                clients.awaitFirst();
                List<Long> millis = new ArrayList<>();
                long before = 0;
                for (int i = 1; i <= RELOADS; i++) {
                    boolean faulty = i % 4 == 0;
                    Files.writeString(
                            file, faulty ? "routes: { www.example.com: web }\n" : texts.get(i % texts.size()));
                    Reload reload = usher.reload(faulty ? Result.REFUSED : Result.APPLIED);
                    millis.add(reload.tookMillis());
                    clients.reloaded();
                    before = clients.awaitMore(before);
                }
                clients.stop();
                report(usher, clients, millis);
                assertEquals(List.of(), List.copyOf(clients.failures), clients.done + " connections went well");
                assertNothingElse(usher.balancer().looks().snapshot(), clients.done.get());
                ReloadStatus status = usher.reloader().status();
                assertEquals(RELOADS / 4, status.refused());
                assertEquals(RELOADS * 3 / 4, status.applied());
                assertEquals(1 + RELOADS * 3 / 4, status.generation());
            }
        }
    }

    private static void report(TestReload usher, Clients clients, List<Long> millis) {
        long[] sorted = millis.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%d reloads (%d applied, %d refused), %d connections, %d failed; a reload took %d ms (median), %d ms (most)%n",
                RELOADS,
                usher.reloader().status().applied(),
                usher.reloader().status().refused(),
                clients.done.get(),
                clients.failures.size(),
                sorted[sorted.length / 2],
                sorted[sorted.length - 1]);
    }

    private static void assertNothingElse(MetricsSnapshot snapshot, long done) {
        assertEquals(done, snapshot.ended(CloseReason.COMPLETED.word()));
        assertEquals(done, snapshot.accepted());
        assertTrue(snapshot.workers().stream().allMatch(worker -> worker.bugs() == 0));
    }

    /** Seven ways to serve the same name and the same tcp port: none divides four, so each follows each fault. */
    private static List<String> texts(int tls, int tcp, int more, String one, String two) {
        String in = "in: { bind: \"127.0.0.1:" + tls + "\" }";
        String both = "in: { bind: [\"127.0.0.1:" + tls + "\", \"127.0.0.1:" + more + "\"] }";
        return List.of(
                text(in, tcp, "a", "www.example.com: a", pool("a", one)),
                text(in, tcp, "a", "www.example.com: a", pool("a", two)),
                text(in, tcp, "b", ".example.com: b", pool("b", one)),
                text(both, tcp, "c", "\"*.example.com\": c", pool("c", "{ address: \"" + two + "\", weight: 3 }")),
                text(in, tcp, "a", "www.example.com: a, x.example: b", pool("a", one) + ", " + pool("b", two)),
                text(in, tcp, "b", "www.example.com: b", pool("b", two) + ", " + pool("a", one)),
                text(both, tcp, "d", "www.example.com: d", pool("d", one + ", " + two)));
    }

    private static String pool(String name, String backends) {
        return name + ": { backends: [" + backends + "] }";
    }

    private static String text(String listener, int tcp, String tcpPool, String routes, String pools) {
        return """
                listeners: { %s, raw: { type: tcp, bind: "127.0.0.1:%d", pool: %s } }
                routes: { %s }
                pools: { %s }
                defaults: { health_check: none }
                workers: 2
                admin: { bind: none }
                reload: { watch: false }
                """.formatted(listener, tcp, tcpPool, routes, pools);
    }

    /** They connect, send a hello, want it back, and a FIN after theirs; again and again, on both ports. */
    private static final class Clients {
        private static final int PATIENCE_MILLIS = 10_000;

        /** The first ones begin their hello before a reload and end it after. */
        private static final int SLOW = 2;

        private final AtomicLong done = new AtomicLong();
        private final AtomicLong reloads = new AtomicLong();
        private final Queue<String> failures = new ConcurrentLinkedQueue<>();
        private final List<Thread> threads = new ArrayList<>();
        private volatile boolean stopping;

        Clients(int... ports) {
            for (int i = 0; i < CLIENTS; i++) {
                boolean slow = i < SLOW;
                int port = slow ? ports[0] : ports[i % ports.length];
                threads.add(Thread.ofPlatform().name("client-" + i).start(() -> run(port, slow)));
            }
        }

        private void run(int port, boolean slow) {
            byte[] hello = new byte[TestUsher.helloBytes()];
            TestUsher.hello().get(hello);
            while (!stopping && failures.size() < 100) {
                try {
                    once(port, hello, slow);
                    done.incrementAndGet();
                } catch (IOException | RuntimeException e) {
                    failures.add("port " + port + ": " + e);
                }
            }
        }

        private void once(int port, byte[] hello, boolean slow) throws IOException {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                OutputStream out = socket.getOutputStream();
                out.write(hello, 0, 40); // in two pieces: a reload can come between them
                if (slow) {
                    awaitReload();
                }
                out.write(hello, 40, hello.length - 40);
                InputStream in = socket.getInputStream();
                byte[] back = in.readNBytes(hello.length);
                if (!Arrays.equals(hello, back)) {
                    throw new IOException("got " + back.length + " bytes: " + Arrays.toString(Arrays.copyOf(back, 7)));
                }
                socket.shutdownOutput();
                if (in.read() >= 0) {
                    throw new IOException("more came than was sent");
                }
            }
        }

        private void awaitReload() {
            long seen = reloads.get();
            Await.until(() -> reloads.get() != seen || stopping || !failures.isEmpty(), "the next reload is over");
        }

        void reloaded() {
            reloads.incrementAndGet();
        }

        void awaitFirst() {
            awaitMore(0);
        }

        /** Waits until each client has had the time for a connection that began after the last reload. */
        long awaitMore(long before) {
            Await.until(() -> done.get() >= before + 2 * CLIENTS || !failures.isEmpty(), "connections go on");
            return done.get();
        }

        void stop() throws InterruptedException {
            stopping = true;
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }
}
