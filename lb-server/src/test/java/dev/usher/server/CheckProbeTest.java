package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.it.Command;
import dev.usher.testing.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code usher check --probe} against real servers, and places without one. */
class CheckProbeTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @TempDir
    private Path directory = Path.of("");

    private String out = "";
    private String err = "";

    private int check(String yaml, String... options) throws IOException {
        Path file = Files.writeString(directory.resolve("usher.yaml"), yaml);
        String[] words = new String[options.length + 3];
        words[0] = "check";
        words[1] = "--probe";
        words[2] = file.toString();
        System.arraycopy(options, 0, words, 3, options.length);
        Command.Result result = Commands.here(words);
        out = result.out();
        err = result.err();
        return result.exitCode();
    }

    private static ServerSocket listening() throws IOException {
        return new ServerSocket(0, 50, LOOPBACK);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket closed = listening()) {
            return closed.getLocalPort();
        }
    }

    @Test
    void backendsThatAnswerAreZero() throws IOException {
        try (ServerSocket server = listening()) {
            assertEquals(0, check("routes: { a.example: 127.0.0.1:%d }%n".formatted(server.getLocalPort())), () -> out);
            assertTrue(out.matches("(?s).*\\na\\.example  127\\.0\\.0\\.1:\\d+  up +\\d+ ms +connected\\n.*"), out);
            assertTrue(out.endsWith("1 probed: 1 up, 0 down\n"), out);
            assertEquals("probing 1 backend\n", err);
        }
    }

    @Test
    void aBackendThatIsDownIsOneAndTheRestIsAskedAllTheSame() throws IOException {
        try (ServerSocket server = listening()) {
            int exitCode = check("""
                    routes:
                      a.example: 127.0.0.1:%d
                      b.example: 127.0.0.1:%d
                      c.example: nobody.invalid:443
                    defaults: { health_check: none }
                    """.formatted(closedPort(), server.getLocalPort()));
            assertEquals(1, exitCode);
            assertTrue(
                    out.matches("(?s).*\\na\\.example +127\\.0\\.0\\.1:\\d+ +DOWN +\\d+ ms +connection refused\\n.*"),
                    out);
            assertTrue(out.matches("(?s).*\\nb\\.example +127\\.0\\.0\\.1:\\d+ +up .*"), out);
            assertTrue(out.matches("(?s).*\\nc\\.example +nobody\\.invalid:443 +DOWN .*"), out);
            assertTrue(out.endsWith("3 probed: 1 up, 2 down\n"), out);
        }
    }

    @Test
    void aCertificateHasItsDaysAndIsWarnedOf() throws Exception {
        try (TlsServer good = TlsServer.start(TlsServer.Identity.of("a.example"), "hello");
                TlsServer bad = TlsServer.start(TlsServer.Identity.expired("a.example"), "hello")) {
            int exitCode =
                    check("""
                    routes: { a.example: good, b.example: bad }
                    pools:
                      good: { backends: 127.0.0.1:%d }
                      bad: { backends: 127.0.0.1:%d }
                    defaults: { health_check: { type: tls, server_name: a.example, verify: false, timeout: 3s } }
                    """.formatted(good.address().getPort(), bad.address().getPort()), "--format", "json");
            assertEquals(0, exitCode, out);
            JsonNode probes = JsonMapper.shared().readTree(out).get("probes");
            assertEquals(1, probes.get(0).get("certificate_days_left").asInt(), out);
            assertEquals(-1, probes.get(1).get("certificate_days_left").asInt(), out);
            assertTrue(probes.get(0).get("text").asString().contains("handshake"), out);
        }
    }

    @Test
    void aServerThatIsSilentEndsWithTheTimeOutOfTheCheck() throws IOException {
        try (ServerSocket silent = listening()) {
            long began = System.nanoTime();
            int exitCode = check("""
                    routes: { a.example: silent }
                    pools: { silent: { backends: "127.0.0.1:%d", health_check: { type: tls, timeout: 200ms } } }
                    """.formatted(silent.getLocalPort()));
            assertEquals(1, exitCode);
            assertTrue(out.contains("TLS handshake timed out (200 ms)"), out);
            assertTrue(System.nanoTime() - began < 20_000_000_000L);
        }
    }

    @Test
    void aFaultyFileIsNotProbed() throws IOException {
        assertEquals(1, check("routs: {}\n"));
        assertTrue(out.contains("unknown key"), out);
        assertEquals("", err);
    }
}
