package dev.usher.admin.metrics;

import static dev.usher.testing.TestUsher.hello;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.subject.AccessLogLines;
import dev.usher.admin.subject.Program;
import dev.usher.end.CloseReason;
import dev.usher.pool.AdminState;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import io.undertow.Undertow;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Scrapes of a load balancer that something has happened to, over HTTP. */
class ScrapeTest {
    private static final Program PROGRAM = new Program("1.2.3", "abc1234", Instant.ofEpochSecond(1_800_000_000));

    private final TestBackend backend = TestBackend.start(client -> {
        client.send(new byte[] {1});
        client.readToEnd();
    });
    private final TestUsher usher = TestUsher.of(backend).start();
    private final Scrape scrape =
            new Scrape(usher.balancer(), new StillReloading(), PROGRAM, () -> new AccessLogLines(3, 0));
    private final Undertow server = Undertow.builder()
            .addHttpListener(0, "127.0.0.1", scrape)
            .setIoThreads(1)
            .setWorkerThreads(1)
            .build();
    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeEach
    void start() {
        server.start();
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
        usher.close();
        backend.close();
    }

    private HttpResponse<byte[]> get(String... headers) throws Exception {
        InetSocketAddress address =
                (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + "/metrics"));
        return client.send(
                (headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofByteArray());
    }

    private String text() throws Exception {
        return new String(get().body(), StandardCharsets.UTF_8);
    }

    private static void assertLine(String line, String text) {
        assertTrue(text.contains("\n" + line + "\n"), line + " is not in " + text);
    }

    private void session() throws Exception {
        try (TestPeer peer = usher.connect()) {
            peer.send(hello());
            peer.read(1);
        }
        usher.ended(CloseReason.COMPLETED);
    }

    // ---- how it is said ----

    @Test
    void isTextUnlessSomethingElseIsAskedFor() throws Exception {
        HttpResponse<byte[]> response = get();
        assertEquals(200, response.statusCode());
        String type = response.headers().firstValue("Content-Type").orElseThrow();
        assertTrue(type.startsWith("text/plain; version=0.0.4"), type);
    }

    @Test
    void isOpenMetricsForThoseWhoAsk() throws Exception {
        HttpResponse<byte[]> response =
                get("Accept", "application/openmetrics-text;version=1.0.0;q=0.9,text/plain;q=0.5");
        String type = response.headers().firstValue("Content-Type").orElseThrow();
        assertTrue(type.startsWith("application/openmetrics-text; version=1.0.0"), type);
        String text = new String(response.body(), StandardCharsets.UTF_8);
        assertTrue(text.endsWith("# EOF\n"), text);
        assertTrue(text.contains("\n# UNIT usher_client_hello_seconds seconds\n"), text);
    }

    @Test
    void isZippedForThoseWhoAsk() throws Exception {
        HttpResponse<byte[]> response = get("Accept-Encoding", "gzip");
        assertEquals("gzip", response.headers().firstValue("Content-Encoding").orElseThrow());
        String text = new String(
                new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(text.contains("usher_build_info"), text);
        assertTrue(get("Accept-Encoding", "gzip;q=0")
                .headers()
                .firstValue("Content-Encoding")
                .isEmpty());
    }

    // ---- what is said ----

    @Test
    void sessionsAreCounted() throws Exception {
        session();
        String text = text();
        String labels = "{backend=\"" + backend.name() + "\",pool=\"web\"} ";
        assertLine("usher_listener_accepted_total{listener=\"in\"} 1.0", text);
        assertLine("usher_listener_connections{listener=\"in\"} 0.0", text);
        assertLine("usher_listener_ended_total{listener=\"in\",reason=\"completed\"} 1.0", text);
        assertLine("usher_listener_ended_total{listener=\"in\",reason=\"no_sni\"} 0.0", text);
        assertLine("usher_client_hello_seconds_count{listener=\"in\"} 1", text);
        assertLine("usher_backend_sessions_total" + labels + "1.0", text);
        assertLine("usher_backend_sent_bytes_total" + labels + "1.0", text);
        assertLine("usher_backend_up" + labels + "1.0", text);
        assertLine("usher_pool_serving_backends{pool=\"web\"} 1.0", text);
        assertLine("usher_server_names_total{known=\"true\"} 1.0", text);
        assertLine("usher_sent_bytes_total 1.0", text);
    }

    @Test
    void histogramsHaveEveryDurationOnce() throws Exception {
        for (int i = 0; i < 5; i++) {
            session();
        }
        String text = text();
        assertLine("usher_pool_connect_seconds_bucket{pool=\"web\",le=\"+Inf\"} 5", text);
        assertLine("usher_pool_first_byte_seconds_count{pool=\"web\"} 5", text);
        assertLine("usher_pool_session_seconds_bucket{pool=\"web\",le=\"21600.0\"} 5", text);
    }

    @Test
    void theProgramIsNamed() throws Exception {
        String text = text();
        assertTrue(text.contains("usher_build_info{commit=\"abc1234\",java=\"25"), text);
        assertLine("usher_start_time_seconds 1.8E9", text);
        assertLine("usher_config_last_reload_successful 1.0", text);
        assertLine("usher_access_log_dropped_lines_total 3.0", text);
        assertTrue(text.contains("\njvm_memory_used_bytes{area=\"heap\"} "), text);
        assertTrue(text.contains("\nprocess_open_fds "), text);
    }

    @Test
    void aBackendHasTheOneStateThatItIsIn() throws Exception {
        String series = "usher_backend_state{backend=\"" + backend.name() + "\",pool=\"web\",state=\"";
        assertLine(series + "up\"} 1.0", text());
        usher.balancer().control().setAdminState("web", backend.name(), AdminState.DRAIN, "a test", null);
        String drained = text();
        assertLine(series + "draining\"} 1.0", drained);
        assertFalse(drained.contains(series + "up\""), drained);
        assertLine("usher_pool_serving_backends{pool=\"web\"} 0.0", drained);
    }

    /** Whoever connects chooses them: as labels they would be as many as somebody likes. */
    @Test
    void namesThatClientsAskForAreNoLabels() throws Exception {
        try (TestPeer peer = usher.connect()) {
            peer.send(new HelloBuilder().name("chosen-by-a-client.example").records());
            peer.readToEnd();
        }
        usher.ended(CloseReason.UNKNOWN_NAME);
        String text = text();
        assertLine("usher_server_names_total{known=\"false\"} 1.0", text);
        assertFalse(text.contains("chosen-by-a-client"), text);
    }
}
