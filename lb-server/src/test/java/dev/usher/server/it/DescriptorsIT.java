package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * usher takes as many connections as it has descriptors for, and the others wait for their turn. If there are fewer than
 * it was told, it waits instead of spinning, and serves again as soon as some are free.
 */
@Tag("slow")
@Tag("alone") // counts how many of a crowd are served at once
class DescriptorsIT {
    private static final String WWW = "www.example.com";
    private static final byte[] FIRST_BYTE = {22};
    private static final byte[] HELLO = Hello.of(WWW);
    private static final int LIMIT = 256;
    private static final int CLIENTS = 600;
    private static final Duration WATCHED = Duration.ofSeconds(3);

    /** A loop that spins takes a whole core, which would be 1,000 ms in each second. */
    private static final long CPU_MILLIS_PER_SECOND = 200;

    /** The JVM may still compile, and takes longer where others want the processors; a loop that spins never rests. */
    private static final int LOOKS = 3;

    /** One complaint in ten seconds for each worker, and the lines of the start. */
    private static final int LOG_LINES = 20;

    /** Clients that say nothing hold one descriptor each; the others wait in the kernel's queue. */
    @Test
    void waitsForDescriptorsOfClientsThatSayNoMore() throws Exception {
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = usherWithFewer(echo)) {
            List<Peer> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Peer.connect(usher).send(FIRST_BYTE)); // a session without a byte has no line
            }
            Await.until(() -> usher.facts().descriptors() >= LIMIT - 1, "no descriptor is left");
            assertCalm(usher, "silent clients");
            usher.program().awaitPrinted("the configuration cannot be checked for changes: .*Too many open files");
            clients.forEach(Peer::close);
            assertServes(usher);
        }
    }

    /**
     * Sessions that are open hold two each. Who comes too late is refused or waits, and none of those that are served
     * is lost.
     */
    @Test
    void keepsWhatIsOpenAndServesAgainWhenSomeHaveEnded() throws Exception {
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = usherWithFewer(echo)) {
            List<Peer> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Peer.connect(usher).send(HELLO));
            }
            Await.until(() -> usher.facts().descriptors() >= LIMIT - 1, "no descriptor is left");
            assertCalm(usher, "sessions");
            List<Peer> served = new ArrayList<>();
            for (Peer client : clients) {
                if (client.in().available() == HELLO.length) {
                    served.add(client);
                }
            }
            long refused = usher.log().all().size();
            Figures.note("%d descriptors, %d clients: %d served, %d refused, %d wait"
                    .formatted(LIMIT, CLIENTS, served.size(), refused, CLIENTS - served.size() - refused));
            assertTrue(served.size() > LIMIT / 4, () -> served.size() + " are served"); // 100 fit
            assertTrue(refused < CLIENTS / 2, () -> refused + " are refused; the others wait for room");
            for (AccessLines.Line line : usher.log().all()) {
                line.ends("out_of_sockets RC");
            }
            for (Peer client : served) {
                client.read(HELLO.length);
                assertArrayEquals(HELLO, client.send(HELLO).read(HELLO.length), "a session that is open stays usable");
            }
            clients.forEach(Peer::close);
            assertServes(usher);
        }
    }

    /** Nobody is refused: as one ends, the next is taken from the kernel's queue. */
    @Test
    void whoFindsNoRoomWaitsForItsTurn() throws Exception {
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = usher(echo, LIMIT)) {
            Deque<Peer> waiting = new ArrayDeque<>();
            for (int i = 0; i < CLIENTS; i++) {
                waiting.add(Peer.connect(usher).send(HELLO));
            }
            Await.until(() -> served(waiting) >= LIMIT / 8, "as many are served as fit");
            assertCalm(usher, "most in the queue");
            int atOnce = served(waiting);
            while (!waiting.isEmpty()) {
                Await.until(() -> served(waiting) > 0, "one more is served");
                endServed(waiting);
            }
            Await.until(() -> usher.log().all().size() == CLIENTS, "each has its line");
            for (AccessLines.Line line : usher.log().all()) {
                line.ends("completed --").moved(HELLO.length, HELLO.length);
            }
            Figures.note(
                    "%d descriptors, %d clients: %d served at once, all in the end".formatted(LIMIT, CLIENTS, atOnce));
        }
    }

    private static int served(Collection<Peer> clients) throws IOException {
        int served = 0;
        for (Peer client : clients) {
            served += client.in().available() == HELLO.length ? 1 : 0;
        }
        return served;
    }

    private static void endServed(Deque<Peer> clients) throws IOException {
        for (int i = clients.size(); i > 0; i--) {
            Peer client = clients.remove();
            if (client.in().available() < HELLO.length) {
                clients.add(client);
                continue;
            }
            try (client) {
                assertArrayEquals(HELLO, client.read(HELLO.length));
                assertEquals(Peer.Ending.FIN, client.halfClose().ending());
            }
        }
    }

    /** @param descriptors that it may have; 0 for as many as the system allows */
    private static Usher usher(Backend backend, int descriptors) throws Exception {
        return Usher.run("client_hello: { timeout: 1m }", """
                routes: { %s: "%s" }
                reload: { poll: 200ms }
                """.formatted(WWW, backend.hostPort()), descriptors);
    }

    /** One that finds itself with fewer than there were at its start. */
    private static Usher usherWithFewer(Backend backend) throws Exception {
        String prlimit = Program.require("prlimit");
        Usher usher = usher(backend, 0);
        String pid = Long.toString(usher.program().pid());
        Command.run("", List.of(prlimit, "--pid", pid, "--nofile=" + LIMIT)).succeeds();
        return usher;
    }

    private static void assertCalm(Usher usher, String who) throws Exception {
        long used = CPU_MILLIS_PER_SECOND;
        for (int look = 0; look < LOOKS && used >= CPU_MILLIS_PER_SECOND; look++) {
            used = cpuMillisPerSecond(usher);
        }
        long lines = usher.program().err().text().lines().count();
        Figures.note("no descriptor left, %s: %d ms of CPU a second, %d lines of log".formatted(who, used, lines));
        assertTrue(used < CPU_MILLIS_PER_SECOND, used + " ms of CPU a second, in each of " + LOOKS + " looks");
        assertTrue(lines < LOG_LINES, () -> lines + " lines: " + usher.program().err());
        assertTrue(usher.program().isAlive());
        assertFalse(
                usher.program().err().text().contains("refused ("),
                "the file has not changed: " + usher.program().err());
    }

    private static long cpuMillisPerSecond(Usher usher) throws Exception {
        long before = usher.facts().cpuMillis();
        Await.pass(WATCHED);
        return (usher.facts().cpuMillis() - before) / WATCHED.toSeconds();
    }

    private static void assertServes(Usher usher) throws Exception {
        Await.until(() -> usher.log().all().size() == CLIENTS, "all have had their end, those in the queue as well");
        usher.log().skip();
        for (int i = 0; i < 50; i++) {
            try (Peer client = Peer.connect(usher)) {
                assertArrayEquals(HELLO, client.send(HELLO).read(HELLO.length));
                assertEquals(Peer.Ending.FIN, client.halfClose().ending());
                usher.log().of(client).ends("completed --");
            }
        }
    }
}
