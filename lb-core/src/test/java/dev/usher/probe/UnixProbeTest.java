package dev.usher.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HealthCheckConfig;
import dev.usher.pool.ProbeOutcome;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.UnixServer;
import dev.usher.time.Clock;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probes of unix sockets. RecipesIT has the handshake, with real servers. */
@Timeout(30)
class UnixProbeTest {
    private final Watchdog watchdog = new Watchdog();

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("backend.sock");
    }

    @AfterEach
    void close() {
        watchdog.close();
    }

    private ProbeResult probe(HealthCheckConfig.Type type) {
        var check = PoolConfigBuilder.of("web")
                .weights(1)
                .check(type)
                .probeTimeout(Duration.ofMillis(300))
                .build()
                .healthCheck();
        TlsProbing tls = new TlsProbing(check, new TrustStores());
        return new Probe(check, tls, watchdog, Clock.SYSTEM, new byte[0], null).run(UnixDomainSocketAddress.of(file));
    }

    private static void is(ProbeOutcome outcome, String part, ProbeResult result) {
        assertEquals(outcome, result.outcome(), result.toString());
        assertTrue(result.text().contains(part), result.toString());
    }

    @Test
    void connects() throws Exception {
        try (UnixServer _ = new UnixServer(file)) {
            is(ProbeOutcome.SUCCESS, "connected", probe(HealthCheckConfig.Type.TCP));
        }
    }

    @ParameterizedTest
    @CsvSource({"200, SUCCESS", "500, FAILURE"})
    void readsTheStatus(int status, ProbeOutcome outcome) throws Exception {
        try (UnixServer server = new UnixServer(file)) {
            CompletableFuture<String> request = CompletableFuture.supplyAsync(() -> answer(server, status));
            is(outcome, "status " + status, probe(HealthCheckConfig.Type.HTTP));
            assertTrue(request.join().contains("\r\nHost: localhost\r\n"), request.join());
        }
    }

    private static String answer(UnixServer server, int status) {
        try (SocketChannel client = server.accept()) {
            String head = "";
            while (!head.endsWith("\r\n\r\n")) {
                head += new String(UnixServer.read(client, 1), StandardCharsets.US_ASCII);
            }
            UnixServer.send(client, ("HTTP/1.1 " + status + " x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return head;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aSilentServerTimesOut() throws Exception {
        try (UnixServer _ = new UnixServer(file)) {
            is(ProbeOutcome.TIMEOUT, "HTTP answer timed out", probe(HealthCheckConfig.Type.HTTP));
            is(ProbeOutcome.TIMEOUT, "TLS handshake timed out", probe(HealthCheckConfig.Type.TLS));
        }
    }

    @Test
    void anAbsentFileIsAFailure() {
        is(ProbeOutcome.FAILURE, "No such file or directory", probe(HealthCheckConfig.Type.TCP));
    }

    @Test
    void aFileThatNobodyListensAtIsAFailure() throws Exception {
        new UnixServer(file).die();
        is(ProbeOutcome.FAILURE, "connection refused", probe(HealthCheckConfig.Type.TLS));
    }

    @Test
    void aFullQueueIsAFailureAtOnce() throws Exception {
        try (UnixServer _ = new UnixServer(file, 1);
                SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(file));
                SocketChannel second = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
            assertTrue(first.isConnected() && second.isConnected());
            is(ProbeOutcome.FAILURE, "queue of connections is full", probe(HealthCheckConfig.Type.TCP));
        }
    }
}
