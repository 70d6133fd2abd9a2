package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.server.it.EchoClients.Seen;
import dev.usher.server.it.EchoClients.Visit;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Thousands of slow clients, and honest ones beside them: no honest client is lost, and none has to wait. */
@Tag("slow")
@Tag("alone")
@Timeout(120)
class SlowClientsIT {
    private static final int SLOW = 5000;
    private static final int HONEST_PER_SECOND = 200;
    private static final int HONEST = 3 * HONEST_PER_SECOND;
    private static final Duration PAUSE = Duration.ofSeconds(1).dividedBy(HONEST_PER_SECOND);
    /** A slow client's own buffer: the kernel is not to take everything for it. */
    private static final int RECEIVE_BYTES = 4096;

    /** Others may want the processors for a moment; what slow clients cost stays. */
    private static final int LOOKS = 3;
    /** Slow clients that send at the same moment. */
    private static final int BURST = 50;

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int FLOOD_BYTES = 100_000;
    private static final int HALF = EchoClients.HELLO.length / 2;
    private static final byte[] GREEDY = Hello.of("greedy.example.com");
    /** Of the JVM of this test and of two busy cores, whatever usher does. */
    private static final long NOISE_MILLIS = 50;

    /** What slow clients do. */
    enum Kind {
        /** Nothing. */
        SILENT,
        /** Half of a hello, and each second a byte more. */
        TRICKLING,
        /** A whole hello; then nothing of a long answer is read. */
        NOT_READING;

        /** Of usher, at least. */
        private int sockets() {
            return this == NOT_READING ? 2 * SLOW : SLOW;
        }

        private byte[] first() {
            return switch (this) {
                case SILENT -> new byte[0];
                case TRICKLING -> Arrays.copyOf(EchoClients.HELLO, HALF);
                case NOT_READING -> GREEDY;
            };
        }
    }

    private final Parts parts = new Parts();

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    @ParameterizedTest
    @EnumSource
    void honestClientsDoNotNoticeTheSlow(Kind kind) throws Exception {
        Needs.descriptors(2 * SLOW + 1000);
        Backend echo = parts.add(new Backend(Backend.ECHO));
        Backend flood = parts.add(new Backend(client -> {
            client.read(GREEDY.length);
            client.send(new byte[FLOOD_BYTES]).ending();
        }));
        Usher usher = parts.add(
                Usher.within(List.of(), Map.of(), Program.directory("log").resolve("access.log"), """
                routes: { %s: "%s", greedy.example.com: "%s" }
                defaults: { health_check: none, timeouts: { idle: 1h } }
                """.formatted(
                                EchoClients.NAME, echo.hostPort(), flood.hostPort())));
        honest(usher); // classes and code
        long calm = p99Millis(honest(usher));
        List<Socket> slow = slow(usher, kind);
        Future<Void> trickling = parts.add(Executors.newSingleThreadExecutor()).submit(trickle(kind, slow));
        Await.process(() -> usher.facts().sockets() >= kind.sockets(), "usher has the slow clients", PATIENCE);
        Await.process(() -> isCalm(usher), "usher has passed on what the slow clients take", PATIENCE);
        long bound = Math.max(2 * calm, NOISE_MILLIS);
        long beside = p99Millis(honest(usher));
        for (int look = 1; look < LOOKS && beside > bound; look++) {
            beside = p99Millis(honest(usher));
        }
        trickling.cancel(true);
        Figures.note(
                "SlowClientsIT: 99 %% of %d honest clients within %d ms, beside %d clients that are %s within %d ms"
                        .formatted(HONEST, calm, SLOW, kind, beside));
        assertTrue(beside <= bound, beside + " ms, " + calm + " ms without slow clients");
    }

    private static boolean isCalm(Usher usher) throws IOException {
        long before = usher.facts().cpuMillis();
        Await.pass(LOOK);
        return usher.facts().cpuMillis() - before < LOOK.toMillis() / 4;
    }

    private List<Socket> slow(Usher usher, Kind kind) throws IOException {
        byte[] first = kind.first();
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < SLOW; i++) {
            Socket socket = parts.add(new Socket());
            socket.setReceiveBufferSize(RECEIVE_BYTES);
            socket.setSoLinger(true, 0); // a RST in the end, and no port in TIME_WAIT
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.1." + (2 + i % 8)), 0));
            socket.connect(usher.address());
            socket.getOutputStream().write(first);
            slow.add(socket);
        }
        return slow;
    }

    /** Goes through the clients once a second, until interrupted. */
    private static Callable<Void> trickle(Kind kind, List<Socket> slow) {
        return () -> {
            for (int sent = 0; kind == Kind.TRICKLING && !Thread.currentThread().isInterrupted(); sent++) {
                for (int i = 0; i < slow.size(); i++) {
                    slow.get(i).getOutputStream().write(EchoClients.HELLO, HALF + sent, 1);
                    Await.pass(i % BURST == 0 ? Duration.ofSeconds(1).dividedBy(SLOW / BURST) : Duration.ZERO);
                }
            }
            return null;
        };
    }

    /** Clients at a steady rate, however long the ones before take. */
    private static List<Visit> honest(Usher usher) throws Exception {
        List<Future<Visit>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            long next = System.nanoTime();
            for (int i = 0; i < HONEST; i++, next += PAUSE.toNanos()) {
                int number = i;
                Await.pass(Duration.ofNanos(Math.max(0, next - System.nanoTime())));
                running.add(threads.submit(() -> EchoClients.visit(usher.address(), number, 0)));
            }
        }
        List<Visit> visits = new ArrayList<>();
        for (Future<Visit> one : running) {
            visits.add(one.get());
        }
        return visits;
    }

    private static long p99Millis(List<Visit> visits) {
        visits.forEach(visit -> assertEquals(Seen.RIGHT, visit.seen(), visit::toString));
        long[] nanos = visits.stream().mapToLong(Visit::nanos).sorted().toArray();
        return nanos[nanos.length * 99 / 100] / 1_000_000;
    }
}
