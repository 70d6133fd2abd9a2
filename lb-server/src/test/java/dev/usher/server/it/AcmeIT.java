package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Goal: two domains behind one address get their certificates by themselves, each by the challenge that it likes. Method: a
 * real ACME server (pebble) that looks for the tokens at usher, and for each domain a real client (lego) where its backend
 * is. A token comes from the client that asked for it, and from no other.
 */
@Tag("slow")
class AcmeIT {
    private static final String ONE = "one.example.com";
    private static final String TWO = "two.example.com";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Where a domain's client listens while it asks. */
    private record Site(String domain, int httpPort, int tlsPort) {
        static Site of(String domain) throws IOException {
            return new Site(domain, Ports.free(), Ports.free());
        }

        String route() {
            return "  %s: { pool: \"127.0.0.1:%d\", http: { action: acme, pool: \"127.0.0.1:%d\" } }\n"
                    .formatted(domain, tlsPort, httpPort);
        }
    }

    private static final Parts parts = new Parts();
    private static Site one;
    private static Site two;
    private static int directory;
    private static Certificates certificates;
    private static Usher usher;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        one = Site.of(ONE);
        two = Site.of(TWO);
        directory = Ports.free();
        usher = parts.add(
                Usher.withPort80("", "defaults: { health_check: none }\nroutes:\n" + one.route() + two.route()));
        int names = Ports.free();
        parts.add(Program.start(
                "challtestsrv",
                List.of(
                        Program.require("pebble-challtestsrv"),
                        "-http01=",
                        "-https01=",
                        "-tlsalpn01=",
                        "-dns01=127.0.0.1:" + names,
                        "-management=127.0.0.1:" + Ports.free(),
                        "-defaultIPv6=")));
        parts.add(Program.start(
                "pebble",
                List.of(
                        Program.require("pebble"),
                        "-config",
                        pebbleConfig().toString(),
                        "-dnsserver",
                        "127.0.0.1:" + names),
                Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_WFE_NONCEREJECT", "0")));
        Await.until(() -> Ports.accepts(names) && Ports.accepts(directory), "both listen");
    }

    private static Path pebbleConfig() throws Exception {
        Certificates.Leaf leaf = certificates.leaf("localhost");
        return Files.writeString(Program.directory("pebble").resolve("pebble.json"), """
                {"pebble": {
                  "listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
                  "certificate": "%s", "privateKey": "%s", "httpPort": %d, "tlsPort": %d, "ocspResponderURL": ""
                }}
                """.formatted(
                        directory, Ports.free(), leaf.chainFile(), leaf.keyFile(), usher.httpPort(), usher.port()));
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
    }

    @BeforeEach
    void forgetOlderLines() throws Exception {
        usher.log().skip();
    }

    private static Path askedBy(Site site, String... challenge) throws Exception {
        Path kept = Program.directory("lego");
        List<String> command = new ArrayList<>(List.of(
                Program.require("lego"),
                "--server=https://localhost:" + directory + "/dir",
                "--path=" + kept,
                "--email=admin@example.com",
                "--accept-tos",
                "--domains=" + site.domain()));
        command.addAll(List.of(challenge));
        command.add("run");
        try (Program lego = Program.start(
                "lego",
                command,
                Map.of("LEGO_CA_CERTIFICATES", certificates.authorityFile().toString()))) {
            assertEquals(0, lego.exitCode(PATIENCE), lego::all);
        }
        return kept.resolve("certificates").resolve(site.domain() + ".crt");
    }

    private static void byHttp(Site site) throws Exception {
        Path certificate = askedBy(site, "--http", "--http.port=127.0.0.1:" + site.httpPort());
        assertTrue(Files.readString(certificate).startsWith("-----BEGIN CERTIFICATE-----"));
        AccessLines.Line line = usher.log().next().ends("completed --");
        assertEquals("web", line.text("listener"));
        assertEquals(site.domain(), line.text("route"));
        assertEquals("127.0.0.1:" + site.httpPort(), line.text("backend"));
        usher.log().skip();
    }

    private static void byTls(Site site) throws Exception {
        Path certificate = askedBy(site, "--tls", "--tls.port=127.0.0.1:" + site.tlsPort());
        assertTrue(Files.readString(certificate).startsWith("-----BEGIN CERTIFICATE-----"));
        AccessLines.Line line = usher.log().next();
        assertEquals("test", line.text("listener"));
        assertEquals(site.domain(), line.text("route"));
        assertEquals("127.0.0.1:" + site.tlsPort(), line.text("backend"));
        usher.log().skip();
    }

    @Test
    void eachDomainGetsItsCertificateByHttp() throws Exception {
        byHttp(one);
        byHttp(two);
    }

    @Test
    void eachDomainGetsItsCertificateByTls() throws Exception {
        byTls(one);
        byTls(two);
    }

    /** The token is at the other domain's client, which usher must not ask. */
    @Test
    void tokenOfAnotherDomainIsNotFound() throws Exception {
        Site wrong = new Site(ONE, two.httpPort(), two.tlsPort());
        AssertionError refused = assertThrows(AssertionError.class, () -> byHttp(wrong));
        assertTrue(String.valueOf(refused.getMessage()).contains("urn:ietf:params:acme:error"), refused::getMessage);
        usher.log().next().ends("connect_refused SC");
    }
}
