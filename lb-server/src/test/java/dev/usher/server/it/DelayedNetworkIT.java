package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.server.it.EchoClients.Seen;
import dev.usher.server.it.EchoClients.Visit;
import dev.usher.testing.Await;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A network whose packets are late, overtake each other and come twice: sessions are slow, and as right as any other. */
@Tag("slow")
@Timeout(120)
class DelayedNetworkIT {
    private static final int SEED = 7;
    private static final int VISITS = 80;
    private static final int AT_ONCE = 20;
    private static final int BYTES = 100_000;
    /** A packet there and one back. */
    private static final int LEAST_CONNECT_MILLIS = 2 * LateWay.LEAST_MILLIS;
    /** Less than a SYN takes that is sent again, twice: 3 s. */
    private static final int MOST_CONNECT_MILLIS = 2000;

    private static final byte[] BODY = Bodies.random(BYTES, SEED);

    /** Who is at the other end of the way, seen from usher. */
    enum Late {
        CLIENTS,
        BACKENDS,
        BOTH
    }

    /** What a client does between its connect and its close. */
    @FunctionalInterface
    interface Part {
        void speak(Peer client) throws Exception;
    }

    private final Parts parts = new Parts();
    /** What scripts of a backend have seen. */
    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

    private LateWay way;
    private Usher usher;
    private Books books;
    private int sockets;

    @BeforeEach
    void start() throws Exception {
        way = new LateWay(parts, SEED);
    }

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private void serve(Late late, Backend.Script script) throws Exception {
        boolean far = late != Late.CLIENTS;
        Backend backend = (far ? way.far() : way.near())
                .call(() -> parts.add(new Backend(far ? LateWay.FAR : LateWay.NEAR, script)));
        way.near().call(() -> {
            usher = parts.add(Usher.within(
                    LateWay.NEAR.getHostAddress(),
                    way.near().wrapper(),
                    Map.of(),
                    Program.directory("log").resolve("access.log"),
                    """
                    routes: { %s: "%s" }
                    defaults: { health_check: none, ejection: none, retries: 0 }
                    """.formatted(EchoClients.NAME, backend.hostPort())));
            AdminSide admin = parts.add(new AdminSide(usher));
            books = new Books(usher.log(), admin);
            admin.text("/metrics");
            sockets = usher.facts().sockets();
            return null;
        });
    }

    private void balances(List<Visit> visits, Set<String> excused) throws Exception {
        way.near().call(() -> books.balance(visits, excused));
    }

    /** Each packet that is late, overtaken or doubled leaves no trace in usher. */
    private void endsWell() throws Exception {
        Await.process(() -> usher.facts().sockets() <= sockets, "no socket is left open");
        List<LateWay.Count> counts = way.end();
        Figures.note("DelayedNetworkIT: to the far end, and back: " + counts);
        assertEquals(2, counts.size());
        for (LateWay.Count count : counts) {
            assertTrue(count.overtook() > 0 && count.twice() > 0, count::toString);
        }
    }

    private static LongSummaryStatistics millis(List<AccessLines.Line> lines, String key) {
        return lines.stream().mapToLong(line -> line.number(key)).summaryStatistics();
    }

    @ParameterizedTest
    @EnumSource(Late.class)
    void everyByteArrivesInOrder(Late late) throws Exception {
        serve(late, Backend.ECHO);
        NetworkNamespace clients = late == Late.BACKENDS ? way.near() : way.far();
        balances(clients.call(() -> EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES)), Set.of());
        List<AccessLines.Line> lines = usher.log().all();
        LongSummaryStatistics connects = millis(lines, "connect_ms");
        Figures.note(
                "DelayedNetworkIT: %s: connects %s, sessions %s".formatted(late, connects, millis(lines, "total_ms")));
        assertEquals(late != Late.CLIENTS, connects.getMin() >= LEAST_CONNECT_MILLIS, connects::toString);
        assertTrue(connects.getMax() < MOST_CONNECT_MILLIS, connects::toString);
        endsWell();
    }

    /** The end of the backend's half comes first, and the client goes on. */
    @Test
    void aFinIsPassedOnAndTheOtherDirectionGoesOn() throws Exception {
        serve(Late.BOTH, client -> {
            client.send(BODY).halfClose();
            told.add(client.in().readAllBytes());
        });
        byte[] said = Bodies.random(BYTES, SEED + 1);
        for (Peer client : speak(client -> {
            assertArrayEquals(BODY, client.send(EchoClients.HELLO).in().readAllBytes());
            client.send(said).halfClose();
            assertEquals(Peer.Ending.FIN, client.ending());
        })) {
            usher.log().of(client).ends("completed --").moved(EchoClients.HELLO.length + BYTES, BYTES);
            byte[] heard = (byte[]) told.take();
            assertArrayEquals(said, Arrays.copyOfRange(heard, EchoClients.HELLO.length, heard.length));
        }
        endsWell();
    }

    /** The answer to the hello has arrived by then, and a part of what follows has not. */
    @Test
    void aResetOfTheBackendReachesTheClient() throws Exception {
        serve(
                Late.BOTH,
                client -> client.send(client.read(EchoClients.HELLO.length))
                        .send(client.read(BYTES))
                        .reset());
        List<Visit> visits = way.far().call(() -> EchoClients.visit(usher.address(), AT_ONCE, AT_ONCE, BYTES));
        visits.forEach(visit -> assertEquals(Seen.RESET, visit.seen(), visit::toString));
        balances(visits, Set.of("backend_reset"));
        endsWell();
    }

    @Test
    void aResetOfTheClientReachesTheBackend() throws Exception {
        serve(Late.BOTH, client -> {
            try {
                Backend.ECHO.serve(client);
                told.add("FIN");
            } catch (SocketException reset) {
                told.add("RST");
            }
        });
        for (Peer client : speak(client -> {
            client.send(EchoClients.HELLO).read(EchoClients.HELLO.length);
            client.send(BODY).reset();
        })) {
            usher.log().of(client).ends("client_reset CD");
            assertEquals("RST", told.take());
        }
        endsWell();
    }

    /** So many clients at once, on the far machine, until each has said its part. */
    private List<Peer> speak(Part part) throws Exception {
        return way.far().call(() -> {
            List<Future<Peer>> speaking = new ArrayList<>();
            try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
                for (int i = 0; i < AT_ONCE; i++) {
                    speaking.add(threads.submit(() -> {
                        try (Peer client = Peer.connect(usher)) {
                            part.speak(client);
                            return client;
                        }
                    }));
                }
            }
            List<Peer> done = new ArrayList<>();
            for (Future<Peer> one : speaking) {
                done.add(one.get());
            }
            return done;
        });
    }
}
