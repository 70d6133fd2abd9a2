package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: little garbage for each connection, and none for bytes that are relayed. */
class SessionCostTest {
    /** Without an access log, by compiled code. */
    private static final long MOST_BYTES = 2048;
    /**
     * The same in the JVM of the tests. The JDK makes an object of 40 bytes for each native call, and only code compiled with
     * {@code MaxInlineLevel} as in {@code deploy/jvm.options} makes none; objects have larger headers.
     */
    private static final long MOST_BYTES_NOT_COMPILED = 3072;

    /** Other tests of the JVM leave classes to load and code to link in the first rounds. */
    private static final int ROUNDS = 8;

    private static final int PATIENCE_SECONDS = 60;

    @Test
    void connectionMakesLittleGarbage() throws IOException {
        try (SessionCost cost = new SessionCost()) {
            long least = cost.ofConnection(); // loads classes
            for (int round = 1; round < ROUNDS && least > MOST_BYTES_NOT_COMPILED; round++) {
                least = Math.min(least, cost.ofConnection());
            }
            assertTrue(least <= MOST_BYTES_NOT_COMPILED, least + " bytes of garbage for each connection");
        }
    }

    /** In a JVM with the options of the product, which compiles meanwhile. */
    @Tag("slow")
    @Test
    void compiledCodeRelaysWithoutGarbage(@TempDir Path directory) throws Exception {
        Path output = directory.resolve("output");
        Process measuring = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + Path.of("..", "deploy", "jvm.options"),
                        "-cp",
                        System.getProperty("java.class.path"),
                        SessionCost.class.getName(),
                        Long.toString(MOST_BYTES),
                        "0")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = measuring.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertTrue(ended, "never down to the limit: " + Files.readString(output));
            assertEquals(0, measuring.exitValue(), Files.readString(output));
        } finally {
            measuring.destroyForcibly();
        }
    }
}
