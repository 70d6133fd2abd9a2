package dev.usher.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.pool.CertificateSeen;
import dev.usher.pool.ProbeOutcome;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPools;
import dev.usher.testing.TlsServer;
import dev.usher.testing.TlsServer.Identity;
import dev.usher.time.Clock;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** One probe at a time, against servers of all kinds. */
class ProbeTest {
    private static final String NAME = "www.example.com";
    private static final byte[] NO_HEADER = {};

    private final Watchdog watchdog = new Watchdog();

    @AfterEach
    void close() {
        watchdog.close();
    }

    private static PoolConfigBuilder check(HealthCheckConfig.Type type) {
        return PoolConfigBuilder.of("web").weights(1).check(type).probeTimeout(Duration.ofSeconds(5));
    }

    private ProbeResult probe(PoolConfigBuilder settings, InetSocketAddress address) {
        return probe(settings, address, NO_HEADER);
    }

    private ProbeResult probe(PoolConfigBuilder settings, InetSocketAddress address, byte[] header) {
        PoolConfig config = settings.build();
        HealthCheckConfig check = config.healthCheck();
        TlsProbing tls = new TlsProbing(check, new TrustStores());
        return new Probe(
                        check,
                        tls,
                        watchdog,
                        Clock.SYSTEM,
                        header,
                        TestPools.of(config, 1).source())
                .run(address);
    }

    private static void succeeded(ProbeResult result, String text) {
        assertEquals(ProbeOutcome.SUCCESS, result.outcome(), result.toString());
        assertEquals(text, result.text());
        assertTrue(result.nanos() > 0 && result.nanos() < 5_000_000_000L, result.toString());
    }

    private static void failed(ProbeResult result, String part) {
        failed(ProbeOutcome.FAILURE, result, part);
    }

    private static void timedOut(ProbeResult result, String part) {
        failed(ProbeOutcome.TIMEOUT, result, part);
    }

    private static void failed(ProbeOutcome outcome, ProbeResult result, String part) {
        assertEquals(outcome, result.outcome(), result.toString());
        assertTrue(result.text().contains(part), result.toString());
    }

    // ---- tcp ----

    @Test
    void leavesFromTheSourceOfThePool() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.CLOSE)) {
            probe(check(HealthCheckConfig.Type.TLS).source("127.0.0.2"), backend.address());
            assertEquals(
                    "127.0.0.2", backend.connection(0).remote().getAddress().getHostAddress());
        }
    }

    @Test
    void tcpConnects() throws IOException {
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT)) {
            succeeded(probe(check(HealthCheckConfig.Type.TCP), backend.address()), "connected");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void aRefusedConnectionIsAFailure(HealthCheckConfig.Type type) throws IOException {
        try (TestBackend backend = TestBackend.refusing()) {
            failed(probe(check(type), backend.address()), "connection refused");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void noAnswerToASynIsAFailureInTime(HealthCheckConfig.Type type) throws IOException {
        try (TestBackend backend = TestBackend.unreachable()) {
            ProbeResult result = probe(check(type).probeTimeout(Duration.ofMillis(150)), backend.address());
            timedOut(result, "connection timed out (150 ms)");
            assertTrue(result.nanos() < 2_000_000_000L, result.toString());
        }
    }

    // ---- tls ----

    @Test
    void tlsShakesHandsAndNotesTheCertificate() throws Exception {
        Identity identity = Identity.of(NAME, "*.example.org");
        try (TlsServer server = TlsServer.start(identity, "")) {
            ProbeResult result =
                    probe(check(HealthCheckConfig.Type.TLS).serverName(NAME).alpn("http/1.1"), server.address());
            succeeded(result, "TLSv1.3 handshake");
            CertificateSeen seen = Objects.requireNonNull(result.certificate());
            assertEquals(List.of(NAME, "*.example.org"), seen.names());
            assertEquals("CN=usher test authority", seen.issuer());
            assertEquals("CN=" + NAME, seen.subject());
            assertEquals("beef", seen.serial());
            assertEquals(identity.leaf().getNotAfter().toInstant(), seen.notAfter());
            assertEquals(2, seen.chainLength());
            assertNull(seen.fault(), "nobody was asked to verify it");
            assertEquals(NAME, server.names().peek());
        }
    }

    /** Names of backends have underscores, though names of hosts have none. */
    @Test
    void aServerNameMayHaveAnUnderscore() throws IOException {
        String name = "my_shop.example.com";
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT)) {
            timedOut(
                    probe(
                            check(HealthCheckConfig.Type.TLS).serverName(name).probeTimeout(Duration.ofMillis(300)),
                            silent.address()),
                    "TLS handshake timed out");
            String hello = new String(silent.connection(0).received(), StandardCharsets.ISO_8859_1);
            assertTrue(hello.contains(name), hello);
        }
    }

    @Test
    void noNameIsSentForAnAddress() throws Exception {
        try (TlsServer server = TlsServer.start(Identity.of(NAME), "")) {
            succeeded(probe(check(HealthCheckConfig.Type.TLS), server.address()), "TLSv1.3 handshake");
            assertNull(server.names().peek());
        }
    }

    @Test
    void aCertificateThatVerifiesIsGood(@TempDir Path directory) throws Exception {
        Identity identity = Identity.of(NAME);
        try (TlsServer server = TlsServer.start(identity, "")) {
            ProbeResult result = probe(
                    check(HealthCheckConfig.Type.TLS).serverName(NAME).verify(identity.authorityIn(directory)),
                    server.address());
            succeeded(result, "TLSv1.3 handshake");
            assertNull(Objects.requireNonNull(result.certificate()).fault());
        }
    }

    private void isNotedThoughItFails(ProbeResult result, String part) {
        failed(result, part);
        CertificateSeen seen = assertSeen(result);
        assertNotNull(seen.fault());
        assertTrue(result.text().contains(Objects.requireNonNull(seen.fault())), result + " " + seen.fault());
    }

    private static CertificateSeen assertSeen(ProbeResult result) {
        assertNotNull(result.certificate(), result.toString());
        return Objects.requireNonNull(result.certificate());
    }

    @Test
    void aWrongNameIsAFailureOnlyWhereItIsVerified(@TempDir Path directory) throws Exception {
        Identity identity = Identity.of("other.example.com");
        try (TlsServer server = TlsServer.start(identity, "")) {
            isNotedThoughItFails(
                    probe(
                            check(HealthCheckConfig.Type.TLS).serverName(NAME).verify(identity.authorityIn(directory)),
                            server.address()),
                    NAME);
            succeeded(probe(check(HealthCheckConfig.Type.TLS).serverName(NAME), server.address()), "TLSv1.3 handshake");
        }
    }

    @Test
    void anExpiredOneIsAFailureOnlyWhereItIsVerified(@TempDir Path directory) throws Exception {
        Identity identity = Identity.expired(NAME);
        try (TlsServer server = TlsServer.start(identity, "")) {
            isNotedThoughItFails(
                    probe(
                            check(HealthCheckConfig.Type.TLS).serverName(NAME).verify(identity.authorityIn(directory)),
                            server.address()),
                    "its certificate has expired (NotAfter: ");
            succeeded(probe(check(HealthCheckConfig.Type.TLS).serverName(NAME), server.address()), "TLSv1.3 handshake");
        }
    }

    /** What the JDK reads of a handshake message ends at 32 KiB. */
    @Test
    void aChainOver32KiBIsSaidToBeTooLong() throws Exception {
        String[] names = IntStream.range(0, 1200)
                .mapToObj(i -> "a-name-that-is-rather-long-" + i + ".example.com")
                .toArray(String[]::new);
        try (TlsServer server = TlsServer.start(Identity.of(names), "")) {
            failed(
                    probe(check(HealthCheckConfig.Type.TLS).serverName(names[0]), server.address()),
                    "its certificate chain is over 32 KiB, which probes do not read");
        }
    }

    @Test
    void anUnknownAuthorityIsAFailure(@TempDir Path directory) throws Exception {
        try (TlsServer server = TlsServer.start(Identity.of(NAME), "")) {
            Path others = Identity.of(NAME).authorityIn(directory);
            isNotedThoughItFails(
                    probe(check(HealthCheckConfig.Type.TLS).serverName(NAME).verify(others), server.address()),
                    "its certificate is not signed by a known authority");
        }
    }

    /** An address of a backend is no name of its certificate. */
    @Test
    void withoutAServerNameTheAddressIsVerified(@TempDir Path directory) throws Exception {
        Identity identity = Identity.of(NAME);
        try (TlsServer server = TlsServer.start(identity, "")) {
            isNotedThoughItFails(
                    probe(check(HealthCheckConfig.Type.TLS).verify(identity.authorityIn(directory)), server.address()),
                    "127.0.0.1");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS", "HTTPS"})
    void whoClosesInsteadOfAServerHelloFails(HealthCheckConfig.Type type) throws IOException {
        try (TestBackend closing = TestBackend.start(client -> client.read(100));
                TestBackend resetting = TestBackend.start(TestBackend.RESET);
                TestBackend plain = TestBackend.start(
                        client -> client.send("HTTP/1.0 400 Bad\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
                                .halfClose()
                                .readToEnd())) {
            ProbeResult result = probe(check(type), closing.address());
            assertEquals(ProbeOutcome.FAILURE, result.outcome());
            assertNull(result.certificate());
            assertEquals(
                    ProbeOutcome.FAILURE,
                    probe(check(type), resetting.address()).outcome());
            assertEquals(
                    ProbeOutcome.FAILURE, probe(check(type), plain.address()).outcome());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS", "HTTPS"})
    void whoIsSilentFailsInTime(HealthCheckConfig.Type type) throws IOException {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT)) {
            ProbeResult result = probe(check(type).probeTimeout(Duration.ofMillis(150)), silent.address());
            timedOut(
                    result,
                    (type == HealthCheckConfig.Type.TLS ? "TLS handshake" : "TLS handshake or HTTP answer")
                            + " timed out (150 ms)");
            assertTrue(result.nanos() < 2_000_000_000L, result.toString());
        }
    }

    /** A byte now and then renews every time-out of a read. */
    @Test
    void whoDripsFailsInTime() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try (TestBackend dripping = TestBackend.start(client -> {
            client.send(new byte[] {22, 3, 3, 0x3f, 0});
            while (!client.socket().isClosed()) {
                client.send(new byte[] {0});
                pause(never);
            }
        })) {
            ProbeResult result =
                    probe(check(HealthCheckConfig.Type.TLS).probeTimeout(Duration.ofMillis(200)), dripping.address());
            timedOut(result, "TLS handshake timed out (200 ms)");
            assertTrue(result.nanos() < 2_000_000_000L, result.toString());
        }
    }

    private static void pause(CountDownLatch never) {
        try {
            assertTrue(!never.await(5, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- https ----

    @ParameterizedTest
    @CsvSource({"HTTP/1.1 200 OK", "HTTP/1.0 204 No Content", "HTTP/1.1 399 x", "HTTP/1.1 200"})
    void anExpectedStatusIsASuccess(String line) throws Exception {
        try (TlsServer server = TlsServer.start(Identity.of(NAME), line)) {
            ProbeResult result = probe(check(HealthCheckConfig.Type.HTTPS).serverName(NAME), server.address());
            succeeded(result, "TLSv1.3 handshake, status " + line.substring(9, 12));
            String request = Objects.requireNonNull(server.requests().peek());
            assertTrue(request.startsWith("GET /health HTTP/1.1\r\nHost: " + NAME + "\r\n"), request);
            assertTrue(request.endsWith("\r\n\r\n"), request);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 503 Service Unavailable, 'status 503, expected 200-399'",
        "HTTP/1.1 199 x, 'status 199, expected 200-399'",
        "HTTP/1.1 400 x, 'status 400, expected 200-399'",
        "SSH-2.0-OpenSSH, the answer is not HTTP/1",
        "HTTP/1.1 999 x, the answer is not HTTP/1",
        "'', closed before a status line",
    })
    void anyOtherAnswerIsAFailure(String line, String why) throws Exception {
        try (TlsServer server = TlsServer.start(Identity.of(NAME), line)) {
            ProbeResult result = probe(check(HealthCheckConfig.Type.HTTPS).serverName(NAME), server.address());
            failed(result, why);
            assertNotNull(result.certificate());
        }
    }

    @Test
    void methodAndStatusAreAsConfigured() throws Exception {
        try (TlsServer server = TlsServer.start(Identity.of(NAME), "HTTP/1.1 503 x")) {
            succeeded(
                    probe(check(HealthCheckConfig.Type.HTTPS).method("HEAD").expect(503, 503), server.address()),
                    "TLSv1.3 handshake, status 503");
            assertTrue(Objects.requireNonNull(server.requests().peek())
                    .startsWith("HEAD /health HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
        }
    }

    // ---- http ----

    private static void readHead(TestPeer client) throws IOException {
        while (!new String(client.received(), StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            client.read(1);
        }
    }

    private static TestBackend answering(String line) throws IOException {
        return TestBackend.start(client -> {
            readHead(client);
            client.send((line + (line.isEmpty() ? "" : "\r\n\r\n")).getBytes(StandardCharsets.US_ASCII))
                    .halfClose()
                    .readToEnd();
        });
    }

    @Test
    void httpAsksWithoutTls() throws IOException {
        try (TestBackend server = answering("HTTP/1.1 204 No Content")) {
            ProbeResult result = probe(check(HealthCheckConfig.Type.HTTP).serverName(NAME), server.address());
            succeeded(result, "status 204");
            assertNull(result.certificate());
            String request = new String(server.connection(0).received(), StandardCharsets.US_ASCII);
            assertTrue(request.startsWith("GET /health HTTP/1.1\r\nHost: " + NAME + "\r\n"), request);
            assertTrue(request.endsWith("\r\n\r\n"), request);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.1 503 Service Unavailable, 'status 503, expected 200-399'",
        "SSH-2.0-OpenSSH, the answer is not HTTP/1",
        "'', closed before a status line",
    })
    void anyOtherAnswerWithoutTlsIsAFailure(String line, String why) throws IOException {
        try (TestBackend server = answering(line)) {
            failed(probe(check(HealthCheckConfig.Type.HTTP), server.address()), why);
        }
    }

    @Test
    void whoNeverAnswersARequestFailsInTime() throws IOException {
        try (TestBackend silent = TestBackend.start(TestBackend.SILENT)) {
            ProbeResult result =
                    probe(check(HealthCheckConfig.Type.HTTP).probeTimeout(Duration.ofMillis(150)), silent.address());
            timedOut(result, "HTTP answer timed out (150 ms)");
            assertTrue(result.nanos() < 2_000_000_000L, result.toString());
        }
    }

    // ---- elsewhere ----

    @ParameterizedTest
    @EnumSource(
            names = {"TCP", "HTTP"},
            mode = Mode.INCLUDE)
    void aPortOfItsOwnIsAskedInPlaceOfTheBackends(HealthCheckConfig.Type type) throws IOException {
        try (TestBackend backend = TestBackend.refusing();
                TestBackend management = answering("HTTP/1.1 200 OK")) {
            ProbeResult result = probe(check(type).probeAt(management.address().getPort(), null), backend.address());
            String said = type == HealthCheckConfig.Type.TCP ? "connected" : "status 200";
            succeeded(result, said + " at 127.0.0.1:" + management.address().getPort());
        }
    }

    @Test
    void anAddressOfItsOwnIsAskedForEveryBackend() throws IOException {
        InetSocketAddress unreachable = new InetSocketAddress("192.0.2.1", 443);
        try (TestBackend agent = answering("HTTP/1.1 503 x")) {
            int port = agent.address().getPort();
            failed(
                    probe(check(HealthCheckConfig.Type.HTTP).probeAt(port, "127.0.0.1"), unreachable),
                    "status 503, expected 200-399 at 127.0.0.1:" + port);
            failed(
                    probe(
                            check(HealthCheckConfig.Type.HTTP)
                                    .probeAt(null, "127.0.0.1")
                                    .expect(503, 503),
                            new InetSocketAddress(
                                    "192.0.2.1",
                                    TestBackend.refusing().address().getPort())),
                    "connection refused at 127.0.0.1:");
        }
    }

    @Test
    void aManagementPortGetsNoHeaderForSessions() throws IOException {
        try (TestBackend backend = TestBackend.refusing();
                TestBackend management = answering("HTTP/1.1 200 OK")) {
            PoolConfigBuilder check = check(HealthCheckConfig.Type.HTTP)
                    .probeAt(management.address().getPort(), null);
            probe(check, backend.address(), new byte[] {1, 2, 3, 4, 5});
            assertEquals('G', management.connection(0).received()[0]);
        }
    }

    // ---- PROXY ----

    @Test
    void theHeaderGoesFirst() throws IOException {
        byte[] header = {1, 2, 3, 4, 5};
        try (TestBackend backend = TestBackend.start(TestBackend.SILENT)) {
            succeeded(probe(check(HealthCheckConfig.Type.TCP), backend.address(), header), "connected");
            probe(check(HealthCheckConfig.Type.TLS).probeTimeout(Duration.ofMillis(200)), backend.address(), header);
            TestPeer second = backend.connection(1);
            Await.until(() -> second.received().length > 5, "the hello came");
            assertArrayEquals(header, Arrays.copyOf(second.received(), 5));
            assertEquals(22, second.received()[5], "a handshake record");
        }
    }
}
