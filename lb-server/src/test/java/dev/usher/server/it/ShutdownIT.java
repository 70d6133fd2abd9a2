package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SIGTERM: nothing new is taken, what is open may finish within the drain, and what does not is cut by a RST. */
class ShutdownIT {
    private static final String WWW = "www.example.com";
    private static final byte[] HELLO = Hello.of(WWW);
    private static final byte[] BODY = Bodies.random(3_000_000, 9);

    private Backend backend;

    @BeforeEach
    void start() throws Exception {
        backend = new Backend(Backend.ECHO);
    }

    @AfterEach
    void stop() throws Exception {
        backend.close();
    }

    private Usher usher(String drain) throws Exception {
        return Usher.run("", """
                routes: { %s: "%s" }
                shutdown: { drain: %s }
                """.formatted(WWW, backend.hostPort(), drain));
    }

    private static List<Peer> open(Usher usher, int count) throws Exception {
        List<Peer> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Peer client = Peer.connect(usher);
            clients.add(client);
            assertArrayEquals(HELLO, client.send(HELLO).read(HELLO.length));
        }
        return clients;
    }

    @Test
    void openSessionsFinishWithinTheDrain() throws Exception {
        try (Usher usher = usher("20s")) {
            List<Peer> clients = open(usher, 20);
            usher.program().signal("TERM");
            Await.until(() -> !Ports.accepts(usher.port()), "usher listens no more");
            assertTrue(usher.program().isAlive(), "it must wait for its sessions");
            for (Peer client : clients) {
                Thread.ofVirtual().start(() -> sendBody(client));
                assertArrayEquals(BODY, client.read(BODY.length));
                assertEquals(Peer.Ending.FIN, client.ending());
            }
            assertEquals(0, usher.program().exitCode(Duration.ofSeconds(10)));
            for (Peer client : clients) {
                usher.log()
                        .of(client)
                        .ends("completed --")
                        .moved(HELLO.length + BODY.length, HELLO.length + BODY.length);
                client.close();
            }
        }
    }

    private static void sendBody(Peer client) {
        try {
            client.send(BODY).halfClose();
        } catch (IOException broken) {
            // The reader sees it.
        }
    }

    @Test
    void sessionThatDoesNotEndIsResetAtTheDeadline() throws Exception {
        try (Usher usher = usher("1s")) {
            List<Peer> clients = open(usher, 5);
            long begun = System.nanoTime();
            usher.program().signal("TERM");
            for (Peer client : clients) {
                assertEquals(Peer.Ending.RST, client.ending());
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            assertEquals(0, usher.program().exitCode(Duration.ofSeconds(10)));
            assertTrue(millis > 900 && millis < 5000, () -> "cut after " + millis + " ms of a drain of 1 s");
            for (Peer client : clients) {
                usher.log().of(client).ends("shutdown KD").moved(HELLO.length, HELLO.length);
            }
        }
    }

    @Test
    void withoutSessionsItEndsAtOnce() throws Exception {
        try (Usher usher = usher("20s")) {
            long begun = System.nanoTime();
            assertEquals(0, usher.stop(Duration.ofSeconds(10)));
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            assertTrue(millis < 3000, () -> "it took " + millis + " ms");
            assertFalse(Ports.accepts(usher.port()));
        }
    }

    @Test
    void secondSignalDoesNotWait() throws Exception {
        try (Usher usher = usher("60s")) {
            List<Peer> clients = open(usher, 3);
            usher.program().signal("TERM");
            Await.until(() -> !Ports.accepts(usher.port()), "usher listens no more");
            usher.program()
                    .signal("INT"); // another one: a second SIGTERM within 100 ms is taken for an echo of the first
            for (Peer client : clients) {
                assertEquals(Peer.Ending.RST, client.ending());
            }
            assertEquals(1, usher.program().exitCode(Duration.ofSeconds(10)), "it was not ended as it should be");
        }
    }
}
