package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.reload.Reload;
import dev.usher.reload.Reload.Result;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Start and reloads with 10,000 routes to 2,000 pools of two backends. What is counted is the CPU of the thread that starts
 * or reloads, which neither other work on the machine nor the probes change. Each limit is about five times what is needed.
 */
class ManyRoutesReloadTest {
    private static final int ROUTES = 10_000;
    private static final int POOLS = 2_000;
    private static final Duration START = Duration.ofMillis(2_500);
    private static final Duration EDIT = Duration.ofMillis(1_500);
    private static final Duration UNCHANGED = Duration.ofMillis(100);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** Nobody listens at the backends; each is probed once, so that the machine is left in peace. */
    private Path write() throws IOException {
        String pools = IntStream.range(0, POOLS)
                .mapToObj(i -> "  pool-%d: { backends: [127.1.%d.%d:1, 127.2.%d.%d:1] }\n"
                        .formatted(i, i / 250, i % 250, i / 250, i % 250))
                .collect(Collectors.joining());
        String routes = IntStream.range(0, ROUTES)
                .mapToObj(i -> "  host-%d.example.com: pool-%d\n".formatted(i, i % POOLS))
                .collect(Collectors.joining());
        return Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { in: { bind: "127.0.0.1:0" } }
                defaults: { health_check: { interval: 10m } }
                pools:
                """ + pools + "routes:\n" + routes);
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private static <T> T within(Duration most, String what, Work<T> work) throws IOException {
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        T done = work.run();
        Duration cpu = Duration.ofNanos(threads.getCurrentThreadCpuTime() - before);
        assertTrue(cpu.compareTo(most) < 0, what + ": " + cpu.toMillis() + " ms of CPU");
        return done;
    }

    @Test
    void areInForceAtOnce() throws IOException {
        Path file = write();
        try (TestReload usher = within(START, "start", () -> TestReload.of(file))) {
            assertEquals(POOLS, usher.balancer().looks().config().pools().size());
            Files.writeString(file, Files.readString(file).replace("pool-1\n", "pool-2\n"));
            Reload edit = within(EDIT, "reload of an edit", () -> usher.reload(Result.APPLIED));
            assertEquals(ROUTES / POOLS, edit.diff().changes().size());
            Files.writeString(file, Files.readString(file).replace("127.2.0.7:1", "127.3.0.7:1"));
            within(EDIT, "reload of another edit", () -> usher.reload(Result.APPLIED));
            within(UNCHANGED, "reload without a change", () -> usher.reload(Result.UNCHANGED));
        }
    }
}
