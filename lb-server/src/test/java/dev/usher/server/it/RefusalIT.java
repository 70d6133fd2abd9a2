package dev.usher.server.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What does not begin as a TLS client that a route knows is told so, never reaches a backend, and is in the log. */
class RefusalIT {
    private static final String WWW = "www.example.com";
    private static final long HELLO_TIMEOUT_MILLIS = 700;
    private static final byte[] NO_ALERT = {};

    private static final Parts parts = new Parts();
    private static Backend backend;
    private static Usher usher;

    @BeforeAll
    static void start() throws Exception {
        backend = parts.add(new Backend(Backend.ECHO));
        usher = parts.add(
                Usher.run("client_hello: { timeout: " + HELLO_TIMEOUT_MILLIS + "ms, max_size: 16KiB }", """
                routes:
                  %s: %s
                  denied.example.com: { pool: web, deny: [127.0.0.0/8] }
                pools: { web: { backends: ["%s"] } }
                defaults: { health_check: none } # a probe would reach the backend
                """.formatted(
                                WWW, backend.hostPort(), backend.hostPort())));
    }

    @BeforeEach
    void forgetOtherClients() throws Exception {
        usher.log().skip(); // a port may come twice
    }

    @AfterAll
    static void stop() throws Exception {
        int reached = backend == null ? 0 : backend.accepted();
        parts.closeAll();
        assertEquals(0, reached, "nothing that was refused may reach a backend");
    }

    @BeforeEach
    void forgetOlderLines() throws Exception {
        usher.log().skip();
    }

    @ParameterizedTest
    @CsvSource({
        "-tls1_2, -servername, nobody.example.com, 112, unknown_name PH",
        "-tls1_3, -servername, nobody.example.com, 112, unknown_name PH",
        "-tls1_3, -servername, denied.example.com, 49, denied PH",
        "-tls1_2, -noservername, , 109, no_sni PH",
        "-tls1_3, -noservername, , 109, no_sni PH",
    })
    void opensslIsToldWhy(String version, String option, String name, int alert, String end) throws Exception {
        Command.Result got = name == null
                ? Command.opensslClient(usher, "", version, option)
                : Command.opensslClient(usher, "", version, option, name);
        assertEquals(1, got.exitCode(), got::toString);
        assertTrue(got.err().contains("alert number " + alert), got::toString);
        AccessLines.Line line = usher.log().next().ends(end).moved(0, 0);
        assertEquals(String.valueOf(name), line.text("sni"));
        assertEquals("null", line.text("backend"));
        assertEquals(0, line.number("attempts"));
    }

    @Test
    void curlIsToldThatTheNameIsUnknown() throws Exception {
        Command.Result got = Command.curl(
                "--insecure",
                "--resolve",
                "nobody.example.com:" + usher.port() + ":127.0.0.1",
                "https://nobody.example.com:" + usher.port() + "/");
        assertEquals(35, got.exitCode(), got::toString);
        assertTrue(got.err().contains("unrecognized name"), got::toString);
        usher.log().next().ends("unknown_name PH");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "PROXY TCP4 10.0.0.1 10.0.0.2 1 443\r\n",
                "\0\0\0\0\0\0\0\0",
            })
    void whatIsNotTlsIsClosedWithoutAWord(String text) throws Exception {
        refused(text.getBytes(ISO_8859_1), NO_ALERT, "not_tls PH");
    }

    @Test
    void curlWithoutTlsIsToldToUseHttps() throws Exception {
        Command.Result got = Command.curl("http://127.0.0.1:" + usher.port() + "/");
        assertEquals(0, got.exitCode(), got::toString);
        assertTrue(got.out().contains("use https"), got::toString);
        usher.log().next().ends("http_on_tls PH");
    }

    /** RFC 5246, appendix E.2: what old clients began with. It has no place for a name. */
    @Test
    void sslv2HelloHasNoName() throws Exception {
        byte[] body = ByteBuffer.allocate(9 + 6 + 16)
                .put((byte) 1)
                .putShort((short) 0x0301)
                .putShort((short) 6)
                .putShort((short) 0)
                .putShort((short) 16)
                .put(new byte[] {0, 0, 0x2f, 0, 0, 0x35})
                .array();
        byte[] hello = ByteBuffer.allocate(2 + body.length)
                .putShort((short) (0x8000 | body.length))
                .put(body)
                .array();
        refused(hello, alert(109), "no_sni PH");
    }

    @Test
    void brokenHelloIsADecodeError() throws Exception {
        byte[] hello = Hello.of(WWW);
        hello[9] = 9; // the client's version is none, and the length of the session id is far off
        hello[43] = (byte) 255;
        refused(hello, alert(50), "malformed_hello PH");
    }

    @Test
    void helloBeyondTheLimitIsADecodeError() throws Exception {
        byte[] announced = {22, 3, 1, 0x40, 0, 1, 0, (byte) 0xff, (byte) 0xff};
        refused(Arrays.copyOf(announced, 5 + 0x4000), alert(50), "hello_too_large PH");
    }

    private static void refused(byte[] sent, byte[] answer, String end) throws Exception {
        try (Peer client = Peer.connect(usher)) {
            client.send(sent);
            assertArrayEquals(answer, client.in().readAllBytes());
            usher.log().of(client).ends(end).moved(0, 0);
        }
    }

    private static byte[] alert(int description) {
        return new byte[] {21, 3, 3, 0, 2, 2, (byte) description};
    }

    @Test
    void whoSaysNothingIsClosedWhenTheTimeIsOver() throws Exception {
        timesOut(new byte[] {});
    }

    @Test
    void whoSaysHalfAHelloIsClosedWhenTheTimeIsOver() throws Exception {
        byte[] hello = Hello.of(WWW);
        timesOut(Arrays.copyOf(hello, hello.length / 2));
    }

    private static void timesOut(byte[] sent) throws Exception {
        try (Peer client = Peer.connect(usher)) {
            long begun = System.nanoTime();
            client.send(sent);
            assertEquals(-1, client.in().read());
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            assertTrue(
                    millis > HELLO_TIMEOUT_MILLIS - 100 && millis < HELLO_TIMEOUT_MILLIS + 3000, () -> millis + " ms");
            if (sent.length > 0) {
                usher.log().of(client).ends("hello_timeout cH").moved(0, 0);
            } else {
                assertHasNoLine(client);
            }
        }
    }

    /** Connections without a byte are left out. Whoever comes later has a line, and so would they by then. */
    private static void assertHasNoLine(Peer silent) throws Exception {
        try (Peer later = Peer.connect(usher)) {
            later.send((byte) 22).halfClose();
            usher.log().of(later).ends("client_gone_before_hello CH");
        }
        assertTrue(usher.log().all().stream().noneMatch(line -> line.isOf(silent.address())));
    }

    /** The time is for the whole hello; a byte now and then does not renew it. */
    @Test
    void whoSaysOneByteAtATimeIsClosedWhenTheTimeIsOver() throws Exception {
        byte[] hello = Hello.of(WWW);
        try (Peer client = Peer.connect(usher)) {
            client.socket().setSoTimeout(20);
            long begun = System.nanoTime();
            int sent = 0;
            boolean open = true;
            while (open) {
                assertTrue(sent < hello.length / 2, "the hello must not come to its end in this test");
                client.send(hello[sent++]);
                open = !isClosed(client);
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            assertTrue(millis < HELLO_TIMEOUT_MILLIS + 3000, () -> millis + " ms");
            usher.log().of(client).ends("hello_timeout cH").moved(0, 0);
        }
    }

    /** Waits for the end for as long as the socket's time-out says. */
    private static boolean isClosed(Peer client) throws Exception {
        try {
            return client.in().read() == -1;
        } catch (SocketTimeoutException stillOpen) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    @Test
    void whoLeavesBeforeItsHelloIsWholeIsCounted() throws Exception {
        byte[] part = Arrays.copyOf(Hello.of(WWW), 20); // made first: the first one of a JVM takes long
        try (Peer client = Peer.connect(usher)) {
            client.send(part).halfClose();
            assertEquals(-1, client.in().read());
            usher.log().of(client).ends("client_gone_before_hello CH").moved(0, 0);
        }
        Peer scanner = Peer.connect(usher);
        scanner.reset();
        assertHasNoLine(scanner);
    }
}
