package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Port 80 with real programs: curl is sent to nginx behind TLS, and openssl is told that there is no TLS. */
class HttpIT {
    private static final String WWW = "www.example.com";

    private static final Parts parts = new Parts();
    private static Certificates certificates;
    private static Usher usher;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        Nginx nginx = parts.add(new Nginx(certificates.leaf(WWW)));
        usher = parts.add(Usher.withPort80("", """
                routes: { %s: "127.0.0.1:%d" }
                """.formatted(WWW, nginx.port())));
    }

    @AfterAll
    static void stop() throws Exception {
        parts.closeAll();
    }

    @BeforeEach
    void forgetOlderLines() throws Exception {
        usher.log().skip();
    }

    private static Command.Result curl(String host, String path, String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of(
                "--resolve",
                host + ":" + usher.httpPort() + ":127.0.0.1",
                "http://" + host + ":" + usher.httpPort() + path));
        return Command.curl(usher, certificates, host, all.toArray(String[]::new));
    }

    @Test
    void curlIsSentToHttpsAndServed() throws Exception {
        Command.Result got = curl(WWW, "/who?a=b", "--location", "--write-out", "%{url_effective}");
        assertEquals(0, got.exitCode(), got::toString);
        assertEquals(WWW + "\nhttps://" + WWW + ":" + usher.port() + "/who?a=b", got.out());
        AccessLines.Line line = usher.log().next().ends("redirected LH").moved(0, 0);
        assertEquals(WWW, line.text("sni"));
        assertEquals("web", line.text("listener"));
        assertEquals(
                "{\"method\":\"GET\",\"path\":\"/who\",\"status\":308}",
                line.json().get("http").toString());
        assertEquals("null", usher.log().next().ends("completed --").text("http"));
    }

    @Test
    void nameWithoutRouteIsRefused() throws Exception {
        Command.Result got = curl("nobody.example", "/", "--write-out", "%{http_code}");
        assertEquals(22, got.exitCode(), got::toString);
        assertEquals("421", got.out());
        AccessLines.Line line = usher.log().next().ends("unknown_name PH");
        assertEquals(
                "{\"method\":\"GET\",\"path\":\"/\",\"status\":421}",
                line.json().get("http").toString());
    }

    @Test
    void opensslIsToldThatThereIsNoTls() throws Exception {
        Command.Result got = Command.run(
                "",
                List.of(
                        Program.require("openssl"),
                        "s_client",
                        "-connect",
                        "127.0.0.1:" + usher.httpPort(),
                        "-servername",
                        WWW));
        assertEquals(1, got.exitCode(), got::toString);
        assertTrue(got.err().contains("alert number 10"), got::toString);
        assertEquals("null", usher.log().next().ends("tls_on_http PH").text("http"));
    }
}
