package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.HttpsURLConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** An HTTP proxy to real programs: curl, ncat and Java ask usher for hosts that no name server knows. */
class ConnectIT {
    private static final String WWW = "www.example.com";
    private static final String PLAIN = "plain.example.com";
    private static final String GIT = "git.example.com";

    private static final Parts parts = new Parts();
    private static Certificates certificates;
    private static Usher usher;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        Nginx nginx = parts.add(new Nginx(certificates.leaf(WWW)));
        Sshd sshd = parts.add(new Sshd());
        PythonHttp web = parts.add(new PythonHttp());
        usher = parts.add(
                Usher.run("type: connect", """
                routes:
                  %s: "127.0.0.1:%d"
                  %s: { pool: "%s", ports: [22] }
                  %s: { pool: "127.0.0.1:1", http: { action: forward, pool: "127.0.0.1:%d" } }
                defaults: { health_check: none }
                """.formatted(WWW, nginx.port(), GIT, sshd.hostPort(), PLAIN, web.port())));
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
    }

    @BeforeEach
    void forgetOlderLines() throws Exception {
        usher.log().skip();
    }

    private static String here() {
        return "127.0.0.1:" + usher.port();
    }

    private static Command.Result curl(String url, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of("--proxy", "http://" + here(), url));
        all.addAll(List.of(options));
        return Command.curlThrough(certificates, all);
    }

    @Test
    void curlIsConnected() throws Exception {
        Command.Result got = curl("https://" + WWW + "/who").succeeds();
        assertEquals(WWW, got.out().strip());
        AccessLines.Line line = usher.log().next().ends("completed --");
        assertEquals(WWW, line.text("sni"));
        assertEquals(WWW, line.text("route"));
        asked("CONNECT " + WWW + ":443 200", line);
    }

    /** The request and the status in the access log. */
    private static void asked(String wanted, AccessLines.Line line) {
        var http = line.json().get("http");
        assertEquals(
                wanted,
                http.get("method").asString() + " " + http.get("path").asString() + " "
                        + http.get("status").asInt());
    }

    @Test
    void curlHearsWhyItIsRefused() throws Exception {
        Command.Result unknown = curl("https://nobody.example/");
        assertTrue(unknown.err().contains("403"), unknown::toString);
        asked("CONNECT nobody.example:443 403", usher.log().next().ends("unknown_name PH"));
        Command.Result plain = curl("http://" + WWW + "/", "--proxytunnel");
        assertTrue(plain.err().contains("403"), plain::toString);
        asked("CONNECT " + WWW + ":80 403", usher.log().next().ends("port_denied PH"));
        Command.Result page = curl("http://" + WWW + "/", "--write-out", "%{http_code}");
        assertTrue(page.out().endsWith("405"), page::toString);
        asked("GET / 405", usher.log().next().ends("plain_denied PH"));
    }

    @Test
    void curlGetsAPageWithoutTlsWhereTheRouteLetsIt() throws Exception {
        Command.Result page =
                curl("http://" + PLAIN + "/", "--write-out", "%{http_code}").succeeds();
        assertTrue(page.out().endsWith("200"), page::toString);
        asked("GET / 200", usher.log().next().ends("completed --"));
    }

    @Test
    void ncatReachesTheSshServerThatSpeaksFirst() throws Exception {
        Command.Result ncat = Command.run(
                "x\n",
                List.of(
                        Program.require("ncat"),
                        "--proxy",
                        here(),
                        "--proxy-type",
                        "http",
                        "--proxy-dns",
                        "remote",
                        GIT,
                        "22"));
        assertTrue(ncat.out().startsWith("SSH-2.0-OpenSSH"), ncat::toString);
        asked("CONNECT " + GIT + ":22 200", usher.log().next().ends("completed --"));
    }

    @Test
    void javaIsConnected() throws Exception {
        Proxy proxy = new Proxy(Proxy.Type.HTTP, usher.address());
        HttpsURLConnection connection = (HttpsURLConnection)
                URI.create("https://" + WWW + "/who").toURL().openConnection(proxy);
        connection.setSSLSocketFactory(certificates.clientContext().getSocketFactory());
        try (InputStream body = connection.getInputStream()) {
            assertEquals(WWW, new String(body.readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII).strip());
        }
        connection.disconnect();
    }

    @Test
    @Tag("slow")
    void browserIsServedThroughTheProxy() throws Exception {
        try (Browser browser = new Browser("--proxy-server=http://" + here())) {
            browser.open("https://" + WWW + "/who");
            browser.awaitText(WWW);
        }
    }
}
