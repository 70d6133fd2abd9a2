package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools of real web servers: who they take for the client. */
class ProxyProtocolIT {
    private static final String NAME = "www.example.com";

    private final Parts parts = new Parts();
    private final Certificates certificates = new Certificates();
    private final Certificates.Leaf leaf = certificates.leaf(NAME);
    private final Visitor visitor = new Visitor(certificates, NAME);

    ProxyProtocolIT() throws Exception {}

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private Web web(String listen) throws Exception {
        return parts.add(new Web(leaf, listen));
    }

    private Usher usher(String listener, String pool, String... backends) throws Exception {
        return parts.add(Usher.run(listener, """
                routes: { %s: web }
                pools:
                  web:
                    backends: ["%s"]
                %s
                """.formatted(NAME, String.join("\", \"", backends), pool.indent(4))));
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    private static void assertSaw(Web web, String client, int port) throws Exception {
        String line = client + " " + port + " " + NAME + " 200";
        Await.until("nginx logs " + line + ", not " + web.log(), () -> web.log().contains(line));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void nginxSeesTheClient(String version) throws Exception {
        Web web = web("proxy_protocol");
        Usher usher = usher(
                "",
                "send_proxy_protocol: " + version + "\nhealth_check: { type: tls, verify: false, interval: 100ms }",
                web.hostPort());
        int port = visitor.visit("127.0.0.5", usher.address());
        assertSaw(web, "127.0.0.5", port);
    }

    private Program haproxy(int port, String bind, String server) throws Exception {
        Path file = Program.directory("haproxy").resolve("haproxy.cfg");
        Files.writeString(file, """
                global
                    maxconn 200
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 10s
                    timeout server 10s
                listen it
                    bind 127.0.0.1:%d %s
                    server it %s
                """.formatted(port, bind, server));
        Program program =
                parts.add(Program.start("haproxy", List.of(Program.require("haproxy"), "-db", "-f", file.toString())));
        Await.until("haproxy listens", () -> {
            if (!program.isAlive()) {
                throw new AssertionError("haproxy ended: " + program.all());
            }
            return Ports.accepts(port);
        });
        return program;
    }

    @ParameterizedTest
    @CsvSource({"v1, send-proxy", "v2, send-proxy-v2", "any, send-proxy", "any, send-proxy-v2"})
    void aProxyInFrontIsBelieved(String accepted, String sent) throws Exception {
        Web web = web("proxy_protocol");
        Usher usher = usher(
                "accept_proxy_protocol: " + accepted + ", trusted_proxies: [127.0.0.0/8]",
                "send_proxy_protocol: v2",
                web.hostPort());
        int front = Ports.free();
        haproxy(front, "", "127.0.0.1:" + usher.port() + " " + sent);
        int port = visitor.visit("127.0.0.6", loopback(front));
        assertSaw(web, "127.0.0.6", port);
        AccessLines.Line line =
                usher.log().first("of 127.0.0.6", found -> found.text("client").equals("127.0.0.6:" + port));
        assertEquals("completed --", line.end());
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void haproxyBehindSeesTheClient(String version) throws Exception {
        Web web = web("proxy_protocol");
        int behind = Ports.free();
        haproxy(behind, "accept-proxy", web.hostPort() + " send-proxy");
        Usher usher = usher("", "send_proxy_protocol: " + version, "127.0.0.1:" + behind);
        int port = visitor.visit("127.0.0.7", usher.address());
        assertSaw(web, "127.0.0.7", port);
    }
}
