package dev.usher.server.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SOCKS with real programs: curl, ncat, proxychains and Java ask usher for hosts that no name server knows. */
class SocksIT {
    private static final String WWW = "www.example.com";
    private static final String GIT = "git.example.com";
    private static final String ADDRESS = "192.0.2.7";

    private static final Parts parts = new Parts();
    private static Certificates certificates;
    private static Usher usher;

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates();
        Nginx nginx = parts.add(new Nginx(certificates.leaf(WWW)));
        Sshd sshd = parts.add(new Sshd());
        usher = parts.add(Usher.run(
                "type: socks", """
                routes:
                  %s: "127.0.0.1:%d"
                  %s: "127.0.0.1:%d"
                  %s: { pool: "%s", ports: [22] }
                """.formatted(WWW, nginx.port(), ADDRESS, nginx.port(), GIT, sshd.hostPort())));
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
        List<String> all = new ArrayList<>(List.of("--fail", url));
        all.addAll(List.of(options));
        return Command.curlThrough(certificates, all);
    }

    private static void isServed(Command.Result got) throws Exception {
        assertEquals(WWW, got.succeeds().out().strip());
        AccessLines.Line line = usher.log().next().ends("completed --");
        assertEquals(WWW, line.text("sni"));
        assertEquals(WWW, line.text("route"));
    }

    @Test
    void curlAsksForANameInEveryVersion() throws Exception {
        isServed(curl("https://" + WWW + "/who", "--socks5-hostname", here()));
        isServed(curl("https://" + WWW + "/who", "--socks4a", here()));
    }

    /** A client that looks names up itself asks for an address, and says the name in the hello. */
    @Test
    void curlThatAsksForAnAddressGetsNoOtherName() throws Exception {
        String[] resolved = {"--resolve", WWW + ":443:" + ADDRESS};
        for (String version : List.of("--socks4", "--socks5")) {
            Command.Result got = curl("https://" + WWW + "/who", version, here(), resolved[0], resolved[1]);
            assertEquals(35, got.exitCode(), got::toString); // a failed handshake
            assertTrue(got.err().contains("unrecognized name"), got::toString);
            assertEquals(ADDRESS, usher.log().next().ends("sni_mismatch PC").text("sni"));
        }
    }

    @Test
    void curlHearsWhyItIsRefused() throws Exception {
        Command.Result unknown = curl("https://nobody.example/", "--socks5-hostname", here());
        assertEquals(97, unknown.exitCode(), unknown::toString);
        assertTrue(unknown.err().contains("(2)"), unknown::toString);
        usher.log().first("of the name", line -> line.end().equals("unknown_name PH")); // curl asks twice
        Command.Result port = curl("https://" + WWW + ":8443/", "--socks4a", here());
        assertEquals(97, port.exitCode(), port::toString);
        usher.log().first("of the port", line -> line.end().equals("port_denied PH"));
        Command.Result http = curl("http://" + WWW + "/", "--proxy", "http://" + here());
        assertEquals(22, http.exitCode(), http::toString);
        usher.log().first("of HTTP", line -> line.end().equals("not_socks PH"));
    }

    @Test
    void ncatAndProxychainsReachTheSshServerThatSpeaksFirst() throws Exception {
        String banner = "SSH-2.0-OpenSSH";
        Command.Result ncat = Command.run(
                "x\n",
                List.of(
                        Program.require("ncat"),
                        "--proxy",
                        here(),
                        "--proxy-type",
                        "socks5",
                        "--proxy-dns",
                        "remote",
                        GIT,
                        "22"));
        assertTrue(ncat.out().startsWith(banner), ncat::toString);
        usher.log().next().ends("completed --");
        Path conf = Program.directory("proxychains").resolve("proxychains.conf");
        Files.writeString(conf, "strict_chain\nproxy_dns\n[ProxyList]\nsocks5 127.0.0.1 " + usher.port() + "\n");
        Command.Result chained = Command.run(
                "",
                List.of(
                        Program.require("proxychains4"),
                        "-q",
                        "-f",
                        conf.toString(),
                        Program.require("curl"),
                        "--silent",
                        "--show-error",
                        "--cacert",
                        certificates.authorityFile().toString(),
                        "https://" + WWW + "/who"));
        isServed(chained);
    }

    @Test
    void javaReachesTheSshServerAndHearsARefusal() throws Exception {
        Proxy proxy = new Proxy(Proxy.Type.SOCKS, usher.address());
        try (Socket socket = new Socket(proxy)) {
            socket.connect(InetSocketAddress.createUnresolved(GIT, 22), 10_000);
            assertEquals("SSH-2.0-OpenSSH", new String(socket.getInputStream().readNBytes(15), ISO_8859_1));
        }
        try (Socket socket = new Socket(proxy)) {
            SocketException refused = assertThrows(
                    SocketException.class,
                    () -> socket.connect(InetSocketAddress.createUnresolved("nobody.example", 443), 10_000));
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("SOCKS: Connection not allowed"), refused::toString);
        } catch (IOException closing) {
            throw new AssertionError(closing);
        }
    }

    @Test
    @Tag("slow")
    void browserIsServedThroughTheProxy() throws Exception {
        try (Browser browser = new Browser("--proxy-server=socks5://" + here())) {
            browser.open("https://" + WWW + "/who");
            browser.awaitText(WWW);
        }
    }
}
