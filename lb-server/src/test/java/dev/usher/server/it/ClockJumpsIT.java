package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The time of day jumps under a running usher, by libfaketime: only times that people read follow. */
@Tag("slow")
@Timeout(120)
class ClockJumpsIT {
    private static final int VISITS = 40;
    private static final int AT_ONCE = 4;
    private static final int BYTES = 10_000;
    /** What {@code total_ms} may say of a session of this test. */
    private static final Duration TEST = Duration.ofMinutes(2);

    private static Path library() throws Exception {
        try (Stream<Path> architectures = Files.list(Path.of("/usr/lib"))) {
            return architectures
                    .map(architecture -> architecture.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::isReadable)
                    .findFirst()
                    .orElseThrow(() -> Needs.missing("libfaketime is not installed"));
        }
    }

    @Test
    void aJumpOfTheWallClockEndsNothing() throws Exception {
        Path time = Program.directory("time").resolve("time");
        Files.writeString(time, "+0");
        Map<String, String> faked = Map.of(
                "LD_PRELOAD",
                library().toString(),
                "FAKETIME_TIMESTAMP_FILE",
                time.toString(),
                "FAKETIME_NO_CACHE",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1");
        try (Backend echo = new Backend(Backend.ECHO);
                Usher usher =
                        Usher.within(List.of(), faked, Program.directory("log").resolve("access.log"), """
                        routes: { %s: "%s" }
                        defaults: { health_check: { interval: 100ms }, timeouts: { idle: 1h } }
                        """.formatted(
                                        EchoClients.NAME, echo.hostPort()));
                AdminSide admin = new AdminSide(usher);
                Peer open = Peer.connect(usher)) {
            assertArrayEquals(EchoClients.HELLO, open.send(EchoClients.HELLO).read(EchoClients.HELLO.length));
            for (long days : new long[] {400, -400, 0}) {
                Files.writeString(time, "%+dd".formatted(days));
                visits(usher, Instant.now().plus(Duration.ofDays(days)));
                assertArrayEquals(
                        EchoClients.HELLO, open.send(EchoClients.HELLO).read(EchoClients.HELLO.length));
                assertTrue(admin.text("/api/v1/status").contains("\"state\":\"serving\""));
            }
            open.halfClose().ending();
            AccessLines.Line line = usher.log().of(open).ends("completed --");
            assertTrue(line.number("total_ms") < TEST.toMillis(), line.json()::toString);
            String said = usher.program().all();
            assertFalse(said.contains(": down") || said.contains("ejected") || said.contains("ERROR"), said);
        }
    }

    private static void visits(Usher usher, Instant expected) throws Exception {
        for (EchoClients.Visit visit : EchoClients.visit(usher.address(), VISITS, AT_ONCE, BYTES)) {
            AccessLines.Line line = usher.log().of(visit.client()).ends("completed --");
            Duration off =
                    Duration.between(expected, Instant.parse(line.text("ts"))).abs();
            assertTrue(off.compareTo(TEST) < 0, () -> line.json() + ", expected " + expected);
            assertTrue(line.number("total_ms") < TEST.toMillis(), line.json()::toString);
        }
    }
}
