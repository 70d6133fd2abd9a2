package dev.usher.server.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.background.Background;
import dev.usher.testing.Await;
import dev.usher.time.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ServiceManagerTest {
    private final Background background = new Background(Clock.SYSTEM);

    @Test
    void eachStepIsADatagramWithTheLinesOfSdNotify(@TempDir Path directory) {
        Path socket = directory.resolve("notify");
        try (StandInManager systemd = StandInManager.at(socket);
                ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", socket.toString())::get)) {
            manager.reloading(); // before the start is told, which a READY would claim to be over
            manager.reloaded();
            manager.serves(() -> true, () -> "serving\nwell", background);
            manager.reloading();
            manager.reloaded();
            manager.stopping(Duration.ofSeconds(50), "draining");
            manager.reloaded();
            manager.stopping(Duration.ofSeconds(51), "once more");
            systemd.await("=51000000");
            List<String> told = systemd.all().stream()
                    .map(line -> line.replaceFirst("^\\d+ \\| ", "").replaceFirst("(USEC=)\\d+$", "$1"))
                    .toList();
            assertEquals(
                    List.of(
                            "READY=1 | STATUS=serving well",
                            "RELOADING=1 | MONOTONIC_USEC=",
                            "READY=1",
                            "STOPPING=1 | EXTEND_TIMEOUT_USEC=50000000 | STATUS=draining",
                            "STOPPING=1 | EXTEND_TIMEOUT_USEC=51000000 | STATUS=once more"),
                    told);
        }
    }

    @Test
    void aReloadsTimeIsOfTheMonotonicClock(@TempDir Path directory) {
        Path socket = directory.resolve("notify");
        try (StandInManager systemd = StandInManager.at(socket);
                ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", socket.toString())::get)) {
            manager.serves(() -> true, () -> "", background);
            manager.reloading();
            String line = systemd.await("RELOADING=1");
            long came = Long.parseLong(line.substring(0, line.indexOf(' ')));
            long said = Long.parseLong(line.substring(line.indexOf("MONOTONIC_USEC=") + 15));
            assertTrue(said <= came && came - said < Duration.ofSeconds(30).toNanos() / 1000, line);
        }
    }

    @Test
    void anAbstractAddressBeginsWithAnAt() {
        String address = "@usher-test-" + ProcessHandle.current().pid();
        try (StandInManager systemd = new StandInManager(address);
                ServiceManager manager = ServiceManager.of(Map.of("NOTIFY_SOCKET", address)::get)) {
            manager.serves(() -> true, () -> "here", background);
            systemd.await("STATUS=here");
        }
    }

    @Test
    void aStatusIsToldOnce(@TempDir Path directory) {
        Path socket = directory.resolve("notify");
        try (StandInManager systemd = StandInManager.at(socket);
                ServiceManager manager =
                        ServiceManager.of(Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "300000")::get)) {
            manager.serves(() -> true, () -> "serving", background);
            Await.until(() -> count(systemd, "WATCHDOG=1") > 1, "two beats");
            assertEquals(1, count(systemd, "STATUS="), systemd.all()::toString);
        }
    }

    private static long count(StandInManager systemd, String line) {
        return systemd.all().stream().filter(told -> told.contains(line)).count();
    }

    @Test
    void theWatchdogGetsABeatOnlyWhileEveryWorkerTurns(@TempDir Path directory) {
        Path socket = directory.resolve("notify");
        AtomicBoolean turns = new AtomicBoolean();
        AtomicInteger asked = new AtomicInteger();
        String pid = "" + ProcessHandle.current().pid();
        try (StandInManager systemd = StandInManager.at(socket);
                ServiceManager manager = ServiceManager.of(Map.of(
                        "NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "300000", "WATCHDOG_PID", pid)::get)) {
            manager.serves(
                    () -> {
                        asked.incrementAndGet();
                        return turns.get();
                    },
                    () -> "serving",
                    background);
            Await.until(() -> asked.get() > 3, "four looks");
            systemd.await("STATUS=a worker does not answer; serving");
            assertFalse(systemd.all().toString().contains("WATCHDOG"), systemd.all()::toString);
            turns.set(true);
            systemd.await("WATCHDOG=1");
        }
    }

    @Test
    void noBeatsForTheWatchdogOfAnotherProcess(@TempDir Path directory) {
        Path socket = directory.resolve("notify");
        AtomicInteger asked = new AtomicInteger();
        Map<String, String> environment =
                Map.of("NOTIFY_SOCKET", socket.toString(), "WATCHDOG_USEC", "300000", "WATCHDOG_PID", "1");
        try (StandInManager systemd = StandInManager.at(socket);
                ServiceManager manager = ServiceManager.of(environment::get)) {
            manager.serves(() -> asked.incrementAndGet() > 0, () -> "serving", background);
            manager.stopping(Duration.ofSeconds(1), "draining");
            systemd.await("draining");
            assertFalse(systemd.all().toString().contains("WATCHDOG"), systemd.all()::toString);
            assertEquals(0, asked.get());
        }
    }

    @Test
    void anAbsentManagerStopsNothing(@TempDir Path directory) {
        String nobody = directory.resolve("nobody").toString();
        for (Map<String, String> environment : List.<Map<String, String>>of(
                Map.of(),
                Map.of("NOTIFY_SOCKET", ""),
                Map.of("NOTIFY_SOCKET", nobody),
                Map.of("NOTIFY_SOCKET", "vsock:2:1"),
                Map.of("NOTIFY_SOCKET", nobody, "WATCHDOG_USEC", "soon"))) {
            try (ServiceManager manager = ServiceManager.of(environment::get)) {
                manager.serves(() -> true, () -> "serving", background);
                manager.reloading();
                manager.stopping(Duration.ZERO, "draining");
            }
        }
    }

    @Test
    void addressesOfOtherKindsAreRefused() {
        assertThrows(IOException.class, () -> new NotifySocket("vsock:2:1"));
        assertThrows(IOException.class, () -> new NotifySocket("@"));
        assertThrows(IOException.class, () -> new NotifySocket("/" + "x".repeat(200)));
    }
}
