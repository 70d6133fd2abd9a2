package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
        Await.until(() -> web.log().contains(line), "nginx logs " + line + ", not " + web.log());
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
        return Ports.taken(port, program);
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

    // ---- unix sockets ----

    /** usher with another listener, on a unix socket. */
    private Usher onSocket(Path socket, String inner, String version, Web web) throws Exception {
        return parts.add(Usher.whole("""
                listeners:
                  https: { bind: "127.0.0.1:0" }
                  inner: { bind: "unix:%s"%s }
                routes: { %s: web }
                pools: { web: { backends: ["%s"], send_proxy_protocol: %s } }
                """.formatted(socket, inner, NAME, web.hostPort(), version)));
    }

    @Test
    void haproxyInFrontConnectsToASocketFile() throws Exception {
        Web web = web("proxy_protocol");
        Path socket = Program.directory("inner").resolve("in.sock");
        Usher usher = onSocket(socket, ", mode: \"0660\", accept_proxy_protocol: v2", "v2", web);
        int front = Ports.free();
        haproxy(front, "", "unix@" + socket + " send-proxy-v2 check");
        int port = visitor.visit("127.0.0.8", loopback(front));
        assertSaw(web, "127.0.0.8", port);
        AccessLines.Line line =
                usher.log().first("of 127.0.0.8", found -> found.text("client").equals("127.0.0.8:" + port));
        assertEquals("inner", line.text("listener"));
        assertEquals("completed --", line.end());
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void nginxTakesAClientWithoutAnAddress(String version) throws Exception {
        Web web = web("proxy_protocol");
        Path socket = Program.directory("inner").resolve("in.sock");
        Usher usher = onSocket(socket, "", version, web);
        Command.curl(
                        usher,
                        certificates,
                        NAME,
                        "--unix-socket",
                        socket.toString(),
                        "https://" + NAME + ":" + usher.port() + "/")
                .succeeds();
        AccessLines.Line line =
                usher.log().first("of curl", found -> found.text("listener").equals("inner"));
        assertEquals("unix:" + socket, line.text("client"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2"})
    void haproxyBehindTakesAClientWithoutAnAddress(String version) throws Exception {
        Web web = web("");
        int behind = Ports.free();
        haproxy(behind, "accept-proxy", web.hostPort());
        Path socket = Program.directory("inner").resolve("in.sock");
        Usher usher = parts.add(Usher.whole("""
                listeners:
                  https: { bind: ["127.0.0.1:0", "unix:%s"] }
                routes: { %s: web }
                pools: { web: { backends: ["127.0.0.1:%d"], send_proxy_protocol: %s } }
                """.formatted(socket, NAME, behind, version)));
        Command.curl(
                        usher,
                        certificates,
                        NAME,
                        "--unix-socket",
                        socket.toString(),
                        "https://" + NAME + ":" + usher.port() + "/")
                .succeeds();
    }

    // ---- what is in a header of version 2 ----

    /** Reads a header as its specification has it, and by none of usher's own code. */
    private static final class Header {
        private static final int FIXED = 16;
        private static final int CHECKSUM = 3;

        private final byte[] bytes;

        private Header(byte[] bytes) {
            this.bytes = bytes;
        }

        static Header from(Peer peer) throws IOException {
            byte[] fixed = peer.read(FIXED);
            byte[] rest = peer.read(ByteBuffer.wrap(fixed).getShort(14));
            return new Header(ByteBuffer.allocate(FIXED + rest.length)
                    .put(fixed)
                    .put(rest)
                    .array());
        }

        String hex(int from, int to) {
            return HexFormat.of().formatHex(bytes, from, to);
        }

        /** By type; {@code at} is where the first begins. */
        Map<Integer, byte[]> tlvs(int at) {
            Map<Integer, byte[]> tlvs = new HashMap<>();
            ByteBuffer in = ByteBuffer.wrap(bytes).position(at);
            while (in.hasRemaining()) {
                int type = in.get();
                byte[] value = new byte[in.getShort()];
                in.get(value);
                tlvs.put(type, value);
            }
            return tlvs;
        }

        /** The checksum of the header with zeros in its place. */
        int checksum(int at) {
            byte[] zeroed = bytes.clone();
            ByteBuffer in = ByteBuffer.wrap(bytes).position(at);
            while (in.get() != CHECKSUM) {
                in.position(in.position() + 2 + in.getShort(in.position()));
            }
            int value = in.position() + 2;
            Arrays.fill(zeroed, value, value + 4, (byte) 0);
            CRC32C crc = new CRC32C();
            crc.update(zeroed);
            return (int) crc.getValue();
        }
    }

    private static final int ALPN = 1;
    private static final int AUTHORITY = 2;
    private static final int CRC = 3;
    private static final int UNIQUE_ID = 5;

    /** IPv4 as it is, IPv6 as a trusted proxy in front says. ALPN is told only where it is known: one was offered. */
    @ParameterizedTest
    @CsvSource({
        "'', 11, 28, h2, h2",
        "'', 11, 28, h2+http/1.1, ",
        "PROXY TCP6 2001:db8::7 2001:db8::9 4711 443, 21, 52, http/1.1, http/1.1"
    })
    void aHeaderSaysWhatIsKnown(String sent, String family, int end, String offered, String told) throws Exception {
        BlockingQueue<Header> headers = new LinkedBlockingQueue<>();
        Backend backend = parts.add(new Backend(client -> headers.add(Header.from(client))));
        Usher usher = usher(
                sent.isEmpty() ? "" : "accept_proxy_protocol: any, trusted_proxies: [127.0.0.0/8]",
                "send_proxy_protocol: v2\nretries: 0\nhealth_check: none",
                backend.hostPort());
        Peer client = parts.add(Peer.connect(usher));
        if (!sent.isEmpty()) {
            client.send((sent + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        client.send(Hello.of(NAME, offered.split("\\+")));
        Header header = Objects.requireNonNull(headers.poll(10, TimeUnit.SECONDS), "a header");
        assertEquals("0d0a0d0a000d0a515549540a21" + family, header.hex(0, 14));
        if (sent.isEmpty()) {
            assertEquals("7f0000017f000001", header.hex(16, 24));
            assertEquals(client.address().getPort(), Integer.parseInt(header.hex(24, 26), 16));
        } else {
            assertEquals("20010db8000000000000000000000007" + "20010db8000000000000000000000009", header.hex(16, 48));
            assertEquals("1267" + "01bb", header.hex(48, 52));
        }
        Map<Integer, byte[]> tlvs = header.tlvs(end);
        assertEquals(NAME, new String(Objects.requireNonNull(tlvs.get(AUTHORITY)), StandardCharsets.US_ASCII));
        byte[] alpn = tlvs.get(ALPN);
        assertEquals(told, alpn == null ? null : new String(alpn, StandardCharsets.US_ASCII));
        assertEquals(
                header.checksum(end),
                ByteBuffer.wrap(Objects.requireNonNull(tlvs.get(CRC))).getInt());
        assertEquals(
                usher.log().next().text("cid"),
                new String(Objects.requireNonNull(tlvs.get(UNIQUE_ID)), StandardCharsets.US_ASCII));
    }

    @Test
    void haproxyReadsTheNameAndTheIdOfTheSession() throws Exception {
        Web web = web("proxy_protocol");
        int behind = Ports.free();
        Program haproxy = haproxy(
                behind,
                "accept-proxy\n    log stdout format raw daemon\n    option tcplog\n"
                        + "    log-format \"from %ci authority=%[fc_pp_authority] id=%[fc_pp_unique_id].\"",
                web.hostPort() + " send-proxy");
        Usher usher = usher("", "send_proxy_protocol: v2\nhealth_check: none", "127.0.0.1:" + behind);
        int port = visitor.visit("127.0.0.8", usher.address());
        String cid = usher.log()
                .first("of 127.0.0.8", found -> found.text("client").equals("127.0.0.8:" + port))
                .text("cid");
        haproxy.awaitPrinted(Pattern.quote("from 127.0.0.8 authority=" + NAME + " id=" + cid + "."));
    }
}
