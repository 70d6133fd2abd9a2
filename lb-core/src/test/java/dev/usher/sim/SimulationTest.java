package dev.usher.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever peers, networks, people and the kernel do, each byte arrives once and in order, or the session ends for
 * one fitting reason; and nothing is left behind. Method: a simulated world for each seed.
 *
 * <p>{@code mvn -pl lb-core -Psim verify -Dsim.seeds=N -Dsim.from=SEED} runs other seeds, or more.
 */
class SimulationTest {
    private static final int SEEDS = 1_000;
    private static final int ALL_SEEDS = 100_000;
    private static final int COMPARED = 200;

    @Test
    void worldsAreWell() {
        long from = Long.getLong("sim.from", 0);
        int count = Integer.getInteger("sim.seeds", Boolean.getBoolean("usher.thorough") ? ALL_SEEDS : SEEDS);
        Simulation.Failure failure =
                Simulation.run(from, count, Runtime.getRuntime().availableProcessors());
        assertNull(failure, () -> failure == null ? "" : Simulation.story(failure));
    }

    /** No order of hashes, no time of the machine, no number of a thread has a part in a world. */
    @Tag("slow")
    @Test
    void aSeedIsOneTraceInEveryJvm() throws IOException {
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Simulation.class.getName(),
                        "hash",
                        "0",
                        String.valueOf(COMPARED))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> expected = LongStream.range(0, COMPARED)
                .mapToObj(seed -> seed + " " + Long.toHexString(Simulation.hash(seed)))
                .toList();
        try (InputStream said = other.getInputStream()) {
            List<String> lines = new String(said.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertEquals(expected, lines);
        } finally {
            other.destroyForcibly();
        }
    }
}
