package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.TestAdmin.Answer;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.testing.Await;
import dev.usher.testing.TestPeer;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a browser gets. */
class DashboardTest {
    private static final AdminConfig WITH_TOKENS = TestAdmin.config(TestAdmin.TOKENS, false);

    @ParameterizedTest
    @ValueSource(strings = {"/", "/ui", "/ui/", "/ui/pools", "/ui/pools/web?filter=x", "/ui/some.name/here"})
    void everyPageIsTheOneThatMakesThemAll(String path) throws IOException {
        try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) { // it is where one logs in, so it needs no token
            Answer answer = admin.ask("GET " + path);
            assertEquals(200, answer.status());
            assertEquals("text/html; charset=utf-8", answer.header("content-type"));
            assertTrue(answer.says("<div id=\"app\">"), answer::body);
        }
    }

    @Test
    void policyHasTheImportMapAndNoOtherInlineScript() throws Exception {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            Answer page = admin.ask("GET /");
            Matcher map = Pattern.compile("<script type=\"importmap\">(.*?)</script>", Pattern.DOTALL)
                    .matcher(page.body());
            assertTrue(map.find());
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(map.group(1).getBytes(StandardCharsets.UTF_8));
            assertTrue(
                    page.header("content-security-policy")
                            .contains("script-src 'self' 'sha256-"
                                    + Base64.getEncoder().encodeToString(hash) + "';"),
                    page::toString);
        }
    }

    @Test
    void commentsStayAtHome() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            String sent = admin.ask("GET /assets/lib/plot.js").body();
            assertFalse(sent.contains("What all charts are drawn with"), sent);
            assertFalse(sent.contains("@param"), sent);
            assertTrue(sent.contains("\nexport function Plot("), sent);
            assertTrue(sent.endsWith("</ul>`;\n"), sent);
            assertTrue(admin.ask("GET /assets/vendor/htm.mjs").body().length() > 1000);
        }
    }

    @Test
    void filesComeZippedAndAreNotSentTwice() throws IOException {
        try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
            Answer plain = admin.ask("GET /assets/app.js");
            assertEquals(200, plain.status());
            assertEquals("text/javascript; charset=utf-8", plain.header("content-type"));
            assertEquals("no-cache", plain.header("cache-control"));
            Answer zipped = admin.ask("GET /assets/app.js", "Accept-Encoding: br, gzip;q=0.5");
            assertEquals("gzip", zipped.header("content-encoding"));
            assertTrue(zipped.body().length() < plain.body().length());
            assertFalse(zipped.header("etag").equals(plain.header("etag")));
            assertEquals(
                    "",
                    admin.ask("GET /assets/app.js", "Accept-Encoding: gzip;q=0").header("content-encoding"));
            Answer known = admin.ask("GET /assets/app.js", "If-None-Match: " + plain.header("etag"));
            assertEquals(304, known.status());
            assertEquals("", known.body());
            assertEquals("", admin.ask("HEAD /assets/app.js").body());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/assets/",
                "/assets/none.js",
                "/assets/../openapi.yaml",
                "/assets/..%2fopenapi.yaml",
                "/assets/%2e%2e/openapi.yaml",
                "/assets//etc/passwd",
                "/assets/vendor",
                "/assets/app.js/"
            })
    void nothingElseIsSent(String path) throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            assertEquals(404, admin.ask("GET " + path).status(), path);
        }
    }

    @Test
    void plainPageShowsWhatIsWrongAndEscapesIt() throws Exception {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            Await.until(
                    () -> admin.balancer.looks().pools().getFirst().serving() == 0,
                    "the backend that nobody runs is down");
            admin.source.status = new dev.usher.reload.ReloadStatus(
                    1,
                    java.time.Instant.now(),
                    0,
                    0,
                    1,
                    List.of(),
                    List.of(FixedSource.reload(
                            dev.usher.reload.Reload.Result.REFUSED, "me", List.of("<script>alert(1)</script>"))));
            Answer page = admin.ask("GET /plain");
            assertEquals(200, page.status());
            assertTrue(
                    page.says(
                            "critical: pool web: no backend is available; clients of www.example.com get a TLS alert: 1 down (connection"
                                    + " refused)"),
                    page::body);
            assertTrue(page.says("<td>127.0.0.1:1</td><td>down</td>"), page::body);
            assertTrue(page.says("&lt;script&gt;alert(1)&lt;/script&gt;"), page::body);
            assertFalse(page.says("<script"), page::body);
        }
    }

    @Test
    void namesThatClientsAskForAreOnlyText() throws Exception {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            var address = admin.balancer
                    .looks()
                    .addresses()
                    .values()
                    .iterator()
                    .next()
                    .getFirst();
            for (int i = 0; i < 12; i++) {
                try (TestPeer client = TestPeer.connect(address)) {
                    client.send(new HelloBuilder().name("unknown_name.example").records());
                    client.readToEnd();
                }
            }
            Answer page = admin.ask("GET /plain");
            assertTrue(
                    page.says("unknown_name.example: 12 requests, but no route matches. Add one if the name is yours"),
                    page::body);
        }
    }

    @Test
    void namesThatAreNoneAreSaidToBeThat() throws Exception {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            var address = admin.balancer
                    .looks()
                    .addresses()
                    .values()
                    .iterator()
                    .next()
                    .getFirst();
            for (int i = 0; i < 12; i++) {
                try (TestPeer client = TestPeer.connect(address)) {
                    client.send(new HelloBuilder().name("shop.example:8443").records());
                    client.readToEnd();
                }
            }
            Answer page = admin.ask("GET /plain");
            assertTrue(page.says("shop.example:8443: 12 requests, refused: not a host name"), page::body);
            Answer names = admin.ask("GET /api/v1/names");
            assertTrue(names.says("\"name\":\"shop.example:8443\",\"valid\":false"), names::body);
        }
    }

    @Test
    void explanationSaysThatAPoolWithoutBackendsRefuses() throws Exception {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            Await.until(
                    () -> admin.balancer.looks().pools().getFirst().serving() == 0,
                    "the backend that nobody runs is down");
            Answer answer = admin.ask("GET /api/v1/explain?name=www.example.com");
            assertTrue(answer.says("\"outcome\":\"pool\",\"serving\":false"), answer::body);
            assertTrue(answer.says("\"refusal\":\"no_backend\",\"alert\":\"internal_error\""), answer::body);
        }
    }

    @Test
    void aPoolThatARouteBringsAlongCannotBeNamed() throws Exception {
        List<BackendConfig> backends = List.of(BackendConfig.of(HostPort.parse(TestAdmin.BACKEND)));
        try (TestAdmin admin = TestAdmin.start(
                TestAdmin.OPEN,
                List.of(RouteConfig.of("localhost", "localhost"), RouteConfig.of("www.example.com", "web")),
                List.of(PoolConfig.of("localhost", backends), PoolConfig.of("web", backends)))) {
            Answer answer = admin.ask("GET /api/v1/pools");
            assertTrue(answer.says("\"name\":\"localhost\",\"named\":false"), answer::body);
            assertTrue(answer.says("\"name\":\"web\",\"named\":true"), answer::body);
        }
    }

    @Test
    void healthSaysWhetherItIsReady() throws Exception {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            assertEquals(200, admin.ask("GET /readyz").status());
            admin.balancer.beginDraining();
            Answer answer = admin.ask("GET /readyz");
            assertEquals(503, answer.status());
            assertTrue(answer.says("{\"name\":\"not_draining\",\"ok\":false"), answer::body);
            assertFalse(answer.says("connections are taken\""), answer::body);
            assertEquals(503, admin.ask("GET /healthz").status());
            assertEquals(200, admin.ask("GET /livez").status(), "it is not to be killed for that");
            assertTrue(admin.ask("GET /api/v1/status").says("\"state\":\"draining\""));
        }
        try (AdminServer early = AdminServer.start(TestAdmin.OPEN)) {
            assertEquals(503, statusOf(early, "/readyz"));
            assertEquals(200, statusOf(early, "/livez"));
            assertEquals(503, statusOf(early, "/api/v1/status"));
        }
    }

    private static int statusOf(AdminServer server, String path) throws IOException {
        try (var socket = new java.net.Socket(
                java.net.InetAddress.getLoopbackAddress(), server.address().getPort())) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            return TestAdmin.answer(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .status();
        }
    }
}
