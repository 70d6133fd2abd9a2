package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.UsherConfig;
import dev.usher.diff.ConfigDiff;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand routes to two thousand pools. What is counted is the thread's CPU, which other work on the machine does not
 * change; each limit is several times what is needed, and a small part of what a comparison of all with all takes.
 */
class ManyRoutesTest {
    private static final int ROUTES = 10_000;
    private static final int POOLS = 2_000;
    private static final long MOST_SECONDS = 5;

    @TempDir
    private Path directory = Path.of("");

    /** @param reference the name that a route has for its pool */
    private Path write(String indent, UnaryOperator<String> reference) throws IOException {
        StringBuilder yaml = new StringBuilder("pools:\n");
        for (int pool = 0; pool < POOLS; pool++) {
            yaml.append("  pool-%05d: { backends: [10.0.%d.%d:443, 10.1.%d.%d:443] }\n"
                    .formatted(pool, pool / 250, pool % 250, pool / 250, pool % 250));
        }
        yaml.append("routes:\n");
        for (int route = 0; route < ROUTES; route++) {
            String pool = reference.apply("pool-%05d".formatted(route % POOLS));
            yaml.append("%shost-%05d.example.com: %s\n".formatted(indent, route, pool));
        }
        return Files.writeString(directory.resolve("usher.yaml"), yaml);
    }

    private static <T> T withinCpuTime(Work<T> work) throws IOException {
        var threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        T done = work.run();
        long millis = TimeUnit.NANOSECONDS.toMillis(threads.getCurrentThreadCpuTime() - before);
        assertTrue(millis < TimeUnit.SECONDS.toMillis(MOST_SECONDS), millis + " ms of CPU");
        return done;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException;
    }

    private static UsherConfig valid(ConfigResult result) {
        return result instanceof ConfigResult.Valid valid ? valid.config() : assertValid(result);
    }

    private static UsherConfig assertValid(ConfigResult result) {
        throw new AssertionError(new DiagnosticText(false).render(result.diagnostics()));
    }

    @Test
    void areReadAndComparedAtOnce() throws IOException {
        Path file = write("  ", name -> name);
        UsherConfig before = valid(withinCpuTime(() -> ConfigFile.read(file)));
        assertEquals(ROUTES, before.routes().size());
        Files.writeString(file, Files.readString(file).replace("pool-00001\n", "pool-00002\n"));
        UsherConfig after = valid(ConfigFile.read(file));
        ConfigDiff diff = withinCpuTime(() -> ConfigDiff.between(before, after));
        assertEquals(ROUTES / POOLS, diff.changes().size());
    }

    /** Each has its own misspelling, for which the nearest of all pools is looked for. */
    @Test
    void areToldTheirFaultsAtOnce() throws IOException {
        Path file = write("  ", name -> name.replace('p', 'q'));
        ConfigResult result = withinCpuTime(() -> ConfigFile.read(file));
        assertEquals(ROUTES, result.diagnostics().size());
        String told = new DiagnosticText(false).render(result.diagnostics());
        assertTrue(told.contains("did you mean"), told);
        assertTrue(told.contains("\nand 9,980 more\n10000 errors, 0 warnings.\n"), told);
    }

    /** Each is an unknown key of the file, and none may be compared with all others. */
    @Test
    void areToldAtOnceThatTheyAreUnknown() throws IOException {
        Path file = Files.writeString(
                directory.resolve("unknown.yaml"),
                IntStream.range(0, ROUTES)
                        .mapToObj(i -> "unknown" + i + ": true\n")
                        .collect(Collectors.joining()));
        ConfigResult result = withinCpuTime(() -> ConfigFile.read(file));
        assertTrue(result.diagnostics().size() >= ROUTES, result.diagnostics().size() + " faults");
    }

    @Test
    void areToldAtOnceAndTogetherThatTheyAreNotIndented() throws IOException {
        Path file = write("", name -> name);
        ConfigResult result = withinCpuTime(() -> ConfigFile.read(file));
        assertEquals(1, result.diagnostics().size());
        String fault = result.diagnostics().getFirst().message();
        assertTrue(fault.contains("look like routes"), fault);
    }
}
