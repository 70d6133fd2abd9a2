package dev.usher.server.it;

import dev.usher.testing.Await;
import dev.usher.tls.HelloBuilder;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Memory of the whole process after a flood of unfinished hellos: buffers, sessions and their garbage are given back. */
@Tag("slow")
@Tag("alone")
class FloodMemoryIT {
    private static final int AT_ONCE = 8_000;
    private static final int ROUNDS = 16;
    private static final int HELLO_BYTES = 64_000;
    private static final int SMALL_PART_BYTES = 500;
    private static final int LARGE_PART_BYTES = 60_000;
    private static final long GROWTH_MIB = 32;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void returnsToItsSizeAfterAFloodThatReconnects() throws Exception {
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher = Usher.run("", """
                        routes: { www.example.com: "%s" }
                        defaults: { health_check: none }
                        """.formatted(echo.hostPort()));
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            flood(usher, threads, 500, LARGE_PART_BYTES); // classes and code
            long before = usher.facts().pssMib();
            for (int round = 0; round < ROUNDS; round++) {
                flood(usher, threads, AT_ONCE, SMALL_PART_BYTES); // each stays open, and its session moves with the old
            }
            flood(usher, threads, AT_ONCE, LARGE_PART_BYTES);
            long peak = usher.facts().pssMib();
            Await.until(
                    () -> usher.facts().pssMib() <= before + GROWTH_MIB,
                    "at most %d MiB are left above %d MiB".formatted(GROWTH_MIB, before),
                    PATIENCE);
            Figures.note("PSS before a flood %d MiB, at its end %d MiB, later %d MiB"
                    .formatted(before, peak, usher.facts().pssMib()));
        }
    }

    private static void flood(Usher usher, ExecutorService threads, int clients, int partBytes) throws Exception {
        byte[] part = Hellos.bytes(new HelloBuilder()
                .name("www.example.com")
                .paddedTo(HELLO_BYTES)
                .records()
                .limit(partBytes));
        List<Future<Peer>> connecting = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            connecting.add(threads.submit(() -> attack(usher, part)));
        }
        List<Peer> open = new ArrayList<>();
        for (Future<Peer> attacker : connecting) {
            open.add(attacker.get());
        }
        open.forEach(Peer::close); // only now: a session leaves garbage if a small collection finds it open
    }

    private static Peer attack(Usher usher, byte[] hello) throws IOException {
        Peer attacker = Peer.connect(usher);
        attacker.socket().setSoLinger(true, 0); // a RST leaves no TIME_WAIT: there are more clients than ports
        try {
            return attacker.send(hello);
        } catch (IOException givenUp) { // usher makes room for others
            return attacker;
        }
    }
}
