package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A backend restarts, and all of its clients come back at the same moment. */
@Tag("slow")
@Tag("alone")
@Timeout(180)
class ReconnectStormIT {
    /** Two descriptors each, in usher and in this JVM; 20,000 is a usual limit. */
    private static final int AT_ONCE = 9000;

    private static final int SHORT = 20_000;
    private static final int ROW = 50;
    private static final int ADDRESSES = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Parts parts = new Parts();
    private final ExecutorService threads = parts.add(Executors.newVirtualThreadPerTaskExecutor());

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    @Test
    void everybodyIsServedAfterABackendsRestart() throws Exception {
        Needs.descriptors(2 * AT_ONCE + 1000);
        Backend before = parts.add(new Backend(Backend.ECHO));
        Usher usher = parts.add(
                Usher.within(List.of(), Map.of(), Program.directory("log").resolve("access.log"), """
                routes: { %s: "%s" }
                defaults: { health_check: none }
                """.formatted(
                                EchoClients.NAME, before.hostPort())));
        List<Peer> clients = all(usher);
        before.close();
        for (Peer client : clients) {
            assertEquals(Peer.Ending.FIN, client.ending());
            client.close();
        }
        awaitLines(usher, AT_ONCE);
        Backend after = parts.add(new Backend(before.address(), Backend.ECHO));
        long begun = System.nanoTime();
        List<Peer> again = all(usher);
        Figures.note(
                "ReconnectStormIT: %d clients at once are served after %d ms".formatted(AT_ONCE, millisSince(begun)));
        assertEquals(AT_ONCE, after.accepted());
        again.forEach(Peer::close);
        awaitLines(usher, 2 * AT_ONCE);
        begun = System.nanoTime();
        List<EchoClients.Visit> visits = EchoClients.visit(usher.address(), SHORT, ROW, 0);
        Figures.note("ReconnectStormIT: %d short sessions in %d ms".formatted(SHORT, millisSince(begun)));
        Books books = new Books(usher.log(), parts.add(new AdminSide(usher)));
        books.skip(2 * AT_ONCE);
        books.balance(visits, Set.of());
        Await.process(() -> usher.facts().sockets() < 12, "all sockets but usher's own are closed");
    }

    private static void awaitLines(Usher usher, long count) throws Exception {
        Await.process(
                () -> {
                    try (var lines = Files.lines(usher.log().file())) {
                        return lines.count() == count;
                    }
                },
                count + " sessions have their lines",
                PATIENCE);
    }

    private List<Peer> all(Usher usher) throws Exception {
        List<Future<Peer>> coming = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            int number = i;
            coming.add(threads.submit(() -> come(usher, number)));
        }
        List<Peer> served = new ArrayList<>();
        for (Future<Peer> one : coming) {
            served.add(one.get());
        }
        return served;
    }

    private static Peer come(Usher usher, int number) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.2." + (2 + number % ADDRESSES)), 0));
        socket.connect(usher.address());
        Peer client = new Peer(socket);
        assertArrayEquals(EchoClients.HELLO, client.send(EchoClients.HELLO).read(EchoClients.HELLO.length));
        return client;
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
