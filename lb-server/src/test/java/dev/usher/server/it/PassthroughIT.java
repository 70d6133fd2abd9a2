package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Rounds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real clients, curl and openssl, reach real servers, nginx and openssl, through usher: they see the server's own
 * certificate, speak any protocol with it, and get every byte.
 */
class PassthroughIT {
    private static final String WWW = "www.example.com";
    private static final String SHOP = "shop.example.com";
    private static final String ECHO = "echo.example.com";
    private static final String P384 = "p384.example.com";
    private static final long BODY_BYTES = Rounds.of(200) * 1_000_000L;

    private static final Parts parts = new Parts();
    private static Certificates certificates;
    private static Certificates.Leaf www;
    private static Certificates.Leaf shop;
    private static Certificates.Leaf echo;
    private static Nginx wwwServer;
    private static Nginx shopServer;
    private static OpensslServer echoServer;
    private static OpensslServer p384Server;
    private static Usher usher;
    private static Path body;
    private static String bodyDigest;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        www = certificates.leaf(WWW);
        shop = certificates.leaf(SHOP);
        echo = certificates.leaf(ECHO);
        wwwServer = parts.add(new Nginx(www));
        shopServer = parts.add(new Nginx(shop));
        echoServer = parts.add(new OpensslServer(echo, "-rev"));
        p384Server = parts.add(new OpensslServer(certificates.leaf(P384), "-www", "-tls1_3", "-groups", "P-384"));
        usher = parts.add(Usher.run("", """
                routes:
                  %s: 127.0.0.1:%d
                  %s: 127.0.0.1:%d
                  %s: 127.0.0.1:%d
                  %s: 127.0.0.1:%d
                """.formatted(
                WWW, wwwServer.port(), SHOP, shopServer.port(), ECHO, echoServer.port(), P384, p384Server.port())));
        body = Bodies.write(Program.directory("body").resolve("body"), BODY_BYTES, 1);
        bodyDigest = Bodies.sha256(body);
        Files.createDirectories(wwwServer.file("x").getParent());
        Files.createSymbolicLink(wwwServer.file("big"), body);
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
        if (body != null) {
            Files.delete(body);
        }
    }

    @BeforeEach
    void forgetOlderLines() throws Exception {
        usher.log().skip();
    }

    private static String url(String domain, String path) {
        return "https://" + domain + ":" + usher.port() + path;
    }

    /**
     * The line of a session that went well. Whoever closes first is often sent a close_notify that it does not wait for,
     * and answers it with a RST, which may be seen before the FIN of the other one is.
     */
    private static AccessLines.Line served() throws Exception {
        AccessLines.Line line = usher.log().next();
        assertTrue(Set.of("completed --", "backend_reset SD", "client_reset CD").contains(line.end()), line::toString);
        return line;
    }

    @Nested
    class Curl {
        @ParameterizedTest
        @CsvSource({
            "--http1.1, --tlsv1.2, 1.2, 1.1",
            "--http1.1, --tlsv1.3, 1.3, 1.1",
            "--http2, --tlsv1.2, 1.2, 2",
            "--http2, --tlsv1.3, 1.3, 2",
        })
        void reachesTheServerOfEachName(String http, String atLeast, String atMost, String spoken) throws Exception {
            String[] domains = {WWW, SHOP};
            for (String domain : domains) {
                Command.Result got = Command.curl(
                                usher,
                                certificates,
                                domain,
                                http,
                                atLeast,
                                "--tls-max",
                                atMost,
                                "--write-out",
                                "%{http_version} %{ssl_verify_result}",
                                url(domain, "/who"))
                        .succeeds();
                assertEquals(domain + "\n" + spoken + " 0", got.out());
                AccessLines.Line line = served();
                assertEquals(domain, line.text("sni"));
                assertEquals(domain, line.text("route"));
                assertEquals("test", line.text("listener"));
                assertEquals(1, line.number("attempts"));
                assertEquals(
                        spoken.equals("2") ? "[\"h2\",\"http/1.1\"]" : "[\"http/1.1\"]",
                        line.json().get("alpn").toString());
                assertTrue(line.number("bytes_in") > 200 && line.number("bytes_out") > 500, line::toString);
            }
        }

        @ParameterizedTest
        @CsvSource({"--http1.1, 1.3", "--http2, 1.2"})
        void fetchesManyMegabytesWhole(String http, String tls) throws Exception {
            Path fetched = Program.directory("fetched").resolve("body");
            Command.curl(
                            usher,
                            certificates,
                            WWW,
                            http,
                            "--tls-max",
                            tls,
                            "--output",
                            fetched.toString(),
                            url(WWW, "/files/big"))
                    .succeeds();
            assertEquals(bodyDigest, Bodies.sha256(fetched));
            Files.delete(fetched);
            long out = served().number("bytes_out");
            assertTrue(out > BODY_BYTES && out < BODY_BYTES * 1.02, () -> out + " bytes for a body of " + BODY_BYTES);
        }

        @ParameterizedTest
        @CsvSource({"--http1.1, 1.2", "--http2, 1.3"})
        void sendsManyMegabytesWhole(String http, String tls) throws Exception {
            Command.curl(
                            usher,
                            certificates,
                            SHOP,
                            http,
                            "--tls-max",
                            tls,
                            "--upload-file",
                            body.toString(),
                            url(SHOP, "/files/sent"))
                    .succeeds();
            assertEquals(bodyDigest, Bodies.sha256(shopServer.file("sent")));
            Files.delete(shopServer.file("sent"));
            long in = served().number("bytes_in");
            assertTrue(in > BODY_BYTES && in < BODY_BYTES * 1.02, () -> in + " bytes for a body of " + BODY_BYTES);
        }
    }

    @Nested
    class Openssl {
        @ParameterizedTest
        @ValueSource(strings = {"-tls1_2", "-tls1_3"})
        void seesTheCertificateOfTheServer(String version) throws Exception {
            for (Certificates.Leaf leaf : List.of(www, shop, echo)) {
                Command.Result got = Command.opensslClient(
                                usher,
                                leaf.equals(echo) ? "" : "GET /who HTTP/1.0\r\n\r\n",
                                version,
                                "-servername",
                                leaf.domain(),
                                "-CAfile",
                                certificates.authorityFile().toString(),
                                "-verify_return_error",
                                leaf.equals(echo) ? "-no_ign_eof" : "-ign_eof")
                        .succeeds();
                assertEquals(leaf.fingerprint(), fingerprint(got.out()));
                assertTrue(got.out().contains("Verify return code: 0 (ok)"), got::toString);
                served();
            }
        }

        private static String fingerprint(String printed) throws Exception {
            Command.Result got = Command.run(
                            printed, List.of(Program.require("openssl"), "x509", "-noout", "-fingerprint", "-sha256"))
                    .succeeds();
            return got.out().strip().replaceFirst(".*=", "");
        }

        @Test
        void talksLineByLine() throws Exception {
            Command.Result got = Command.opensslClient(
                            usher, "stressed\nCLOSE\n", "-quiet", "-servername", ECHO, "-tls1_3")
                    .succeeds();
            assertTrue(got.out().contains("desserts"), got::toString);
            served();
        }

        /** The hello then comes in several records. */
        @ParameterizedTest
        @ValueSource(strings = {"-tls1_2", "-tls1_3"})
        void isRoutedWithItsHelloInPieces(String version) throws Exception {
            Command.Result got = Command.opensslClient(
                            usher,
                            "GET /who HTTP/1.0\r\n\r\n",
                            version,
                            "-max_send_frag",
                            "512",
                            "-servername",
                            SHOP,
                            "-alpn",
                            longAlpn(),
                            "-msg")
                    .succeeds();
            assertTrue(got.out().contains("\n" + SHOP), got::toString);
            assertTrue(helloRecords(got.out()) > 1, "the hello is meant to be in several records");
            served();
        }

        /** Makes the hello longer than a record of 512 bytes. */
        private static String longAlpn() {
            StringBuilder names = new StringBuilder("http/1.1");
            for (int i = 0; i < 60; i++) {
                names.append(",protocol-").append(i);
            }
            return names.toString();
        }

        /** Records that were sent up to the first one that was received. */
        private static int helloRecords(String printed) {
            String before = printed.substring(0, printed.indexOf("<<<"));
            Matcher header = Pattern.compile(">>> \\S+ ?\\S*, RecordHeader").matcher(before);
            return (int) header.results().count();
        }

        @Test
        void isRoutedAlongWithItsSecondHello() throws Exception {
            Command.Result got = Command.opensslClient(
                            usher,
                            "GET / HTTP/1.0\r\n\r\n",
                            "-tls1_3",
                            "-groups",
                            "X25519:P-384",
                            "-servername",
                            P384,
                            "-msg")
                    .succeeds();
            Matcher hellos = Pattern.compile(">>> .*ClientHello").matcher(got.out());
            assertEquals(2, hellos.results().count(), "the server is meant to send a HelloRetryRequest");
            assertTrue(got.out().contains("HTTP/1.0 200 ok"), got::toString);
            served();
        }

        @ParameterizedTest
        @ValueSource(strings = {"-tls1_2", "-tls1_3"})
        void resumesItsSession(String version) throws Exception {
            Path session = Program.directory("session").resolve("session.pem");
            Command.Result first = resumable(version, "-sess_out", session);
            assertTrue(first.out().contains("New, TLS"), first::toString);
            assertTrue(Files.size(session) > 0, "a session was kept");
            Command.Result second = resumable(version, "-sess_in", session);
            assertTrue(second.out().contains("Reused, TLS"), second::toString);
            assertNotEquals(first.out(), second.out());
            served();
            served();
        }

        private static Command.Result resumable(String version, String option, Path session) throws Exception {
            return Command.opensslClient(
                            usher, "GET /who HTTP/1.0\r\n\r\n", version, option, session.toString(), "-servername", WWW)
                    .succeeds();
        }
    }
}
