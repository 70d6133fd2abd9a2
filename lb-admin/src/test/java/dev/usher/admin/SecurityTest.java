package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.TestAdmin.Answer;
import dev.usher.config.AdminConfig;
import dev.usher.config.HostPort;
import dev.usher.event.Event;
import dev.usher.pool.AdminState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is answered, and who is not, each with what the answer says. */
class SecurityTest {
    private static final String STATUS = "GET /api/v1/status";
    private static final AdminConfig WITH_TOKENS = TestAdmin.config(TestAdmin.TOKENS, false);

    private static void assertProblem(int status, String detail, Answer answer) {
        assertEquals(status, answer.status(), answer::toString);
        assertEquals("application/problem+json", answer.header("content-type"));
        assertTrue(answer.says("\"status\":" + status), answer::body);
        assertTrue(answer.says(detail), answer::body);
    }

    private static AdminState stateOf(TestAdmin admin) {
        return admin.balancer.looks().pools().getFirst().backends().getFirst().adminState();
    }

    @Nested
    class Host {
        @ParameterizedTest
        @ValueSource(strings = {"localhost", "LOCALHOST:9000", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:9000"})
        void isAnsweredWhereItIsAllowed(String host) throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                assertEquals(200, admin.ask(STATUS, "Host: " + host).status());
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:9000", "10.0.0.1", ""})
        void isRefusedWhereItIsForeign(String host) throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                Answer answer = admin.ask(STATUS, "Host: " + host);
                assertProblem(421, "admin.allowed_hosts", answer);
                assertTrue(answer.says("\"setting\":\"admin.allowed_hosts\""), answer::body);
                assertEquals(421, admin.ask("GET /", "Host: " + host).status());
                assertEquals(
                        421, admin.ask("GET /assets/app.js", "Host: " + host).status());
            }
        }

        @Test
        void mustNotBeThereTwice() throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                assertEquals(
                        400,
                        admin.ask(STATUS, "Host: localhost", "Host: evil.example")
                                .status());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"/livez", "/readyz", "/healthz"})
        void doesNotMatterForHealth(String path) throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                assertEquals(
                        200, admin.ask("GET " + path, "Host: 10.1.2.3:9000").status());
            }
        }
    }

    @Nested
    class Origin {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Sec-Fetch-Site: cross-site",
                    "Sec-Fetch-Site: same-site",
                    "Origin: https://evil.example",
                    "Origin: null",
                    "Origin: http://localhost:1"
                })
        void ofAnotherPageChangesNothing(String header) throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                assertProblem(403, "another origin", admin.drain(header));
                assertProblem(403, "another origin", admin.ask("POST /api/v1/reload", header));
                assertEquals(AdminState.READY, stateOf(admin));
            }
        }

        @Test
        void ofUshersOwnPageMayChange() throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                assertEquals(200, admin.drain("Sec-Fetch-Site: same-origin").status());
                assertEquals(
                        200,
                        admin.drain("Origin: http://localhost:" + admin.port()).status());
                assertEquals(200, admin.drain().status(), "a program sends neither");
                assertEquals(AdminState.DRAIN, stateOf(admin));
            }
        }

        /** It could not see the answer, but take one of the places of the stream. */
        @ParameterizedTest
        @ValueSource(strings = {"cross-site", "same-site"})
        void ofAnotherPageReadsNothingThoughItsLinksWork(String site) throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                String from = "Sec-Fetch-Site: " + site;
                assertProblem(403, "another origin", admin.ask(STATUS, from, "Sec-Fetch-Mode: cors"));
                assertProblem(403, "another origin", admin.ask("GET /plain", from, "Sec-Fetch-Mode: no-cors"));
                assertEquals(
                        200,
                        admin.ask("GET /plain", from, "Sec-Fetch-Mode: navigate")
                                .status());
                assertEquals(
                        200, admin.ask(STATUS, "Sec-Fetch-Site: same-origin").status());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data"})
        void bodiesOfFormsAreRefused(String type) throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                assertProblem(
                        415,
                        "Content-Type: application/json",
                        admin.send("PATCH " + TestAdmin.backendPath(), "{\"weight\": 3}", "Content-Type: " + type));
                assertProblem(415, "application/json", admin.send("POST /api/v1/reload", "", "Content-Type: " + type));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"PUT", "OPTIONS", "TRACE", "BREW"})
        void otherMethodsHaveNoMeaning(String method) throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                assertEquals(405, admin.ask(method + " /api/v1/status").status());
            }
        }
    }

    @Nested
    class Tokens {
        @Test
        void areNeededOnceTheyAreConfigured() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                for (String path : List.of("/api/v1/status", "/api/v1/config", "/api/v1/nothing", "/metrics")) {
                    Answer answer = admin.ask("GET " + path);
                    assertProblem(401, "needs a token", answer);
                    assertTrue(answer.header("www-authenticate").startsWith("Bearer"), answer::toString);
                }
                assertEquals(401, admin.ask("GET //api/v1/status").status());
                assertEquals(401, admin.ask("GET /api/v1/session/../status").status());
            }
        }

        @Test
        void openWhatTheirRoleMay() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                String eyes = "Authorization: Bearer " + TestAdmin.VIEWER;
                Answer status = admin.ask(STATUS, eyes);
                assertEquals(200, status.status());
                assertTrue(
                        status.says("\"who\":{\"name\":\"eyes\",\"role\":\"viewer\",\"can_write\":false"),
                        status::body);
                assertProblem(403, "eyes has the role viewer; a change needs operator", admin.drain(eyes));
                assertEquals(AdminState.READY, stateOf(admin));
                assertEquals(
                        200,
                        admin.drain("authorization: bearer " + TestAdmin.OPERATOR)
                                .status());
            }
        }

        @Test
        void ofAnotherAreRefused() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                assertProblem(401, "no such token", admin.ask(STATUS, "Authorization: Bearer guess"));
                assertProblem(
                        401,
                        "no such token",
                        admin.ask(STATUS, "Authorization: Bearer " + TestAdmin.sha256(TestAdmin.OPERATOR)));
                assertProblem(401, "needs a token", admin.ask(STATUS, "Authorization: Basic b3BzOm9wcw=="));
            }
        }

        @Test
        void areFollowedWhenTheyChange() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                admin.server.follow(TestAdmin.config(TestAdmin.TOKENS.subList(0, 1), true));
                assertEquals(
                        401,
                        admin.ask(STATUS, "Authorization: Bearer " + TestAdmin.OPERATOR)
                                .status());
                admin.server.follow(TestAdmin.OPEN);
                assertEquals(200, admin.ask(STATUS).status());
            }
        }

        @Test
        void endTheirStreamsWhenTheyChange() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS);
                    Socket stream = admin.connect()) {
                BufferedReader in = look(stream, "Authorization: Bearer " + TestAdmin.OPERATOR);
                admin.server.follow(TestAdmin.config(TestAdmin.TOKENS.subList(0, 1), true));
                assertEnds(in);
            }
        }

        /** With a change that the token was not used for: everybody's wrong ones from this address count. */
        @Test
        void areNotLookedAtAfterFiveWrongOnes() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                for (int i = 0; i < 3; i++) {
                    assertEquals(
                            401,
                            admin.ask(STATUS, "Authorization: Bearer guess").status());
                }
                for (int i = 0; i < 2; i++) {
                    assertEquals(401, logIn(admin, "guess").status());
                }
                Answer bearer = admin.ask(STATUS, "Authorization: Bearer " + TestAdmin.OPERATOR);
                assertProblem(429, "try again in", bearer);
                int seconds = Integer.parseInt(bearer.header("retry-after"));
                assertTrue(seconds > 0 && seconds <= 60, bearer::toString);
                assertEquals(429, logIn(admin, TestAdmin.OPERATOR).status());
                assertEquals(401, admin.ask(STATUS).status(), "without a token nobody guesses");
            }
        }
    }

    /** Opens the stream, and waits for a frame. */
    private static BufferedReader look(Socket stream, String header) throws IOException {
        String request = "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n";
        stream.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        BufferedReader in =
                new BufferedReader(new InputStreamReader(stream.getInputStream(), StandardCharsets.US_ASCII));
        assertEquals("HTTP/1.1 200 OK", in.readLine());
        while (!in.readLine().startsWith("event: frame")) {
            // headers, and what a stream begins with
        }
        return in;
    }

    private static void assertEnds(BufferedReader in) throws IOException {
        int frames = 0;
        for (String line = in.readLine(); !line.equals("0"); line = in.readLine()) { // the chunk that ends it
            frames += line.startsWith("event: frame") ? 1 : 0;
            assertTrue(frames < 5, "it goes on");
        }
    }

    private static final String OWN_PAGE = "Sec-Fetch-Site: same-origin";

    private static Answer form(TestAdmin admin, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Type: application/x-www-form-urlencoded");
        return admin.send("POST /plain", body, all.toArray(String[]::new));
    }

    private static Answer logIn(TestAdmin admin, String token) throws IOException {
        return admin.send("POST /api/v1/session", "{\"token\": \"" + token + "\"}", "Content-Type: application/json");
    }

    @Nested
    class Login {
        @Test
        void swapsTheTokenForACookie() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                Answer login = logIn(admin, TestAdmin.OPERATOR);
                assertEquals(200, login.status(), login::toString);
                assertTrue(login.says("\"name\":\"hands\""), login::body);
                String cookie = login.header("set-cookie");
                assertTrue(cookie.matches("usher_session=[A-Za-z0-9_-]{43};.*"), cookie);
                assertTrue(cookie.contains("HttpOnly"), cookie);
                assertTrue(cookie.contains("SameSite=Strict"), cookie);
                assertTrue(cookie.contains("Path=/"), cookie);
                assertTrue(cookie.contains("Max-Age=28800"), cookie);
                assertFalse(cookie.contains("Secure"), "there is no TLS here, and the cookie would be dropped");

                String sent = "Cookie: " + cookie.split(";", 2)[0];
                assertEquals(200, admin.ask(STATUS, sent).status());
                assertEquals(
                        200, admin.drain(sent, "Sec-Fetch-Site: same-origin").status());
                assertProblem(403, "must come from a browser", admin.drain(sent));

                Answer logout = admin.ask("DELETE /api/v1/session", sent, "Sec-Fetch-Site: same-origin");
                assertEquals(204, logout.status());
                assertTrue(
                        logout.header("set-cookie")
                                .startsWith("usher_session=; Path=/; HttpOnly; Expires=Thu, 01-Jan-1970"),
                        logout::toString);
                assertProblem(401, "session is over", admin.ask(STATUS, sent));
            }
        }

        @Test
        void endsItsStreamsWhenItEnds() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS);
                    Socket stream = admin.connect()) {
                String sent = "Cookie: "
                        + logIn(admin, TestAdmin.OPERATOR).header("set-cookie").split(";", 2)[0];
                BufferedReader in = look(stream, sent);
                admin.ask("DELETE /api/v1/session", sent, "Sec-Fetch-Site: same-origin");
                assertEnds(in);
            }
        }

        /** Without scripts a form is all that a browser can send. */
        @Test
        void worksByAFormOnThePlainPage() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                Answer asked = admin.ask("GET /plain");
                assertEquals(401, asked.status());
                assertTrue(asked.says("<form method=\"post\" action=\"/plain\">"), asked::body);
                assertEquals("text/html; charset=utf-8", asked.header("content-type"));

                Answer wrong = form(admin, "token=wrong", OWN_PAGE);
                assertEquals(401, wrong.status());
                assertTrue(wrong.says("no such token") && wrong.says("<form"), wrong::body);

                Answer in = form(admin, "token=" + TestAdmin.VIEWER.replace(" ", "+"), OWN_PAGE);
                assertEquals(303, in.status());
                assertEquals("/plain", in.header("location"));
                String sent = "Cookie: " + in.header("set-cookie").split(";", 2)[0];
                Answer page = admin.ask("GET /plain", sent);
                assertEquals(200, page.status());
                assertTrue(page.says("Logged in as eyes") && page.says(TestAdmin.BACKEND), page::body);

                assertEquals(303, form(admin, "", OWN_PAGE, sent).status());
                assertEquals(401, admin.ask("GET /plain", sent).status());
            }
        }

        /** By plain HTTP to another machine no browser sends Sec-Fetch-Site. */
        @Test
        void isMadeByAFormOfABrowserThatSendsOnlyOrigin() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                String own = "Origin: http://localhost:" + admin.port();
                Answer in = form(admin, "token=" + TestAdmin.VIEWER.replace(" ", "+"), own);
                assertEquals(303, in.status(), in::toString);
                String sent = "Cookie: " + in.header("set-cookie").split(";", 2)[0];
                assertEquals(200, admin.ask("GET /plain", sent).status());
                assertEquals(303, form(admin, "", own, sent).status());
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Sec-Fetch-Site: cross-site",
                    "Sec-Fetch-Site: same-site",
                    "Origin: http://evil.example",
                    "Origin: null",
                    "X: y"
                })
        void isNotMadeByAFormOfAnotherPage(String header) throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                Answer answer = form(admin, "token=" + TestAdmin.VIEWER.replace(" ", "+"), header);
                assertEquals(403, answer.status(), answer::toString);
                assertEquals("", answer.header("set-cookie"));
            }
        }

        @Test
        void endsWithItsToken() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                String sent = "Cookie: "
                        + logIn(admin, TestAdmin.OPERATOR).header("set-cookie").split(";", 2)[0];
                admin.server.follow(TestAdmin.config(TestAdmin.TOKENS.subList(0, 1), false));
                assertProblem(401, "session is over", admin.ask(STATUS, sent));
            }
        }

        @Test
        void isInTheEventLog() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                assertEquals(200, logIn(admin, TestAdmin.VIEWER).status());
                List<String> logins = admin.balancer.looks().events().stream()
                        .filter(event -> event.kind() == Event.Kind.ADMIN) // backends may have gone down meanwhile
                        .map(Event::text)
                        .toList();
                assertEquals(List.of("login by eyes from 127.0.0.1"), logins);
            }
        }

        @Test
        void hasNoPointWithoutTokens() throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
                assertProblem(409, "admin.tokens", logIn(admin, "any"));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "null", "[]", "{\"token\": null}", "{\"tokens\": \"x\"}", "{", "token"})
        void needsAToken(String body) throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                assertProblem(400, "", admin.send("POST /api/v1/session", body, "Content-Type: application/json"));
            }
        }
    }

    @Nested
    class Writes {
        @Test
        void areOffWhereReadOnlySaysSo() throws IOException {
            try (TestAdmin admin = TestAdmin.start(TestAdmin.config(List.of(), true))) {
                Answer answer = admin.drain();
                assertProblem(403, "admin.read_only: false", answer);
                assertTrue(answer.says("\"setting\":\"admin.read_only\""), answer::body);
                assertEquals(403, admin.ask("POST /api/v1/reload").status());
                assertEquals(
                        403,
                        admin.ask("DELETE " + TestAdmin.backendPath() + "/connections")
                                .status());
                assertEquals(AdminState.READY, stateOf(admin));
                assertTrue(admin.ask(STATUS).says("\"can_write\":false"));
            }
        }

        @Test
        void areInTheEventLogWithWhoAndFromWhere() throws IOException {
            try (TestAdmin admin = TestAdmin.start(WITH_TOKENS)) {
                String hands = "Authorization: Bearer " + TestAdmin.OPERATOR;
                assertEquals(200, admin.drain(hands).status());
                assertTrue(
                        admin.balancer.looks().events().stream()
                                .anyMatch(event -> event.kind() == Event.Kind.ADMIN
                                        && event.text().equals("drained by hands from 127.0.0.1")),
                        () -> admin.balancer.looks().events().toString());
                assertEquals(200, admin.ask("POST /api/v1/reload", hands).status());
                assertEquals(
                        "reload by hands from 127.0.0.1: unchanged",
                        admin.balancer.looks().events().getLast().text());
            }
        }
    }

    @Test
    void everyAnswerTellsBrowsersToBeStrict() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            for (String path : List.of("/", "/plain", "/api/v1/status", "/nothing", "/readyz")) {
                Answer answer = admin.ask("GET " + path);
                String policy = answer.header("content-security-policy");
                assertTrue(policy.startsWith("default-src 'none'; script-src 'self'"), policy);
                assertTrue(policy.endsWith("frame-ancestors 'none'"), policy);
                assertFalse(policy.contains("unsafe"), policy);
                assertEquals("nosniff", answer.header("x-content-type-options"));
                assertEquals("same-origin", answer.header("referrer-policy"));
                assertEquals("same-origin", answer.header("cross-origin-opener-policy"));
                assertEquals("same-origin", answer.header("cross-origin-resource-policy"));
            }
            assertEquals("no-store", admin.ask(STATUS).header("cache-control"));
        }
    }

    @Test
    void showsWhereItListensAndNotWhereAReloadWouldHaveIt() throws IOException {
        try (TestAdmin admin = TestAdmin.start(TestAdmin.OPEN)) {
            admin.server.follow(new AdminConfig(
                    new HostPort("127.0.0.1", 4321), TestAdmin.OPEN.allowedHosts(), List.of(), null, true));
            Answer system = admin.ask("GET /api/v1/system");
            assertTrue(system.says("\"bind\":\"" + TestAdmin.ANY_PORT + '"'), system::body);
        }
    }

    @Test
    void onAnAddressForOthersItNeverBecomesOpenToAll() throws IOException {
        assertTrue(AdminServer.keepsTokens(new HostPort("10.0.0.1", 9000), TestAdmin.OPEN));
        assertFalse(AdminServer.keepsTokens(TestAdmin.ANY_PORT, TestAdmin.OPEN));
    }
}
