package dev.usher.opening;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.end.Refusal;
import dev.usher.name.ServerName;
import dev.usher.testing.Seed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Goal: any head of a client of a forward proxy gives a request or a refusal with its reason. Method: the opening alone. */
class ConnectOpeningTest {
    private static final ListenerConfig LISTENER =
            ListenerConfig.connect("out", List.of(HostPort.parseBind("127.0.0.1:3128")));
    private static final String CONNECT =
            "CONNECT WWW.example.com:443 HTTP/1.1\r\nHost: www.example.com:443\r\nProxy-Connection: keep-alive\r\n\r\n";
    private static final String GET = "GET http://www.example.com/a?b HTTP/1.1\r\nHost: www.example.com\r\n\r\n";

    private final ConnectOpening opening = new ConnectOpening(LISTENER);

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void isRefused(CloseReason reason, int status, String head) {
        ConnectOpening opening = new ConnectOpening(LISTENER);
        assertEquals(
                reason,
                assertInstanceOf(Step.Refused.class, opening.read(bytes(head)), head)
                        .reason());
        String answer = StandardCharsets.US_ASCII
                .decode(opening.refusal(Objects.requireNonNull(reason.refusal())))
                .toString();
        assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    }

    @Test
    void connectIsWholeWithItsHeadAndTheRestIsOfTheProtocolWithin() {
        for (int come = 0; come < CONNECT.length(); come++) {
            assertSame(Step.NEED_MORE, opening.read(bytes(CONNECT.substring(0, come))));
        }
        assertNull(opening.within());
        assertEquals(
                new Step.Whole(
                        new Destination.Host(ServerName.of("www.example.com"), "WWW.example.com", 443),
                        CONNECT.length()),
                opening.read(bytes(CONNECT + "rest")));
        assertInstanceOf(HelloWithin.class, opening.within());
        assertEquals(bytes("HTTP/1.1 200 Connection established\r\n\r\n"), opening.connected());
    }

    @Test
    void requestForAUrlIsWithoutTlsAndHasNothingWithin() {
        Step.Whole whole = assertInstanceOf(Step.Whole.class, opening.read(bytes(GET)));
        assertEquals(
                new Destination.Host(ServerName.of("www.example.com"), List.of(), "www.example.com", false, 80, true),
                whole.destination());
        assertNull(opening.within());
        assertNull(opening.connected());
        assertTrue(opening.expectsAnswer());
        assertTrue(opening.isRepeatable());
    }

    @Test
    void tellsOfTheRequestAndTheAnswer() {
        assertNull(opening.exchange());
        opening.read(bytes(CONNECT));
        assertEquals(new HttpExchange("CONNECT", "www.example.com:443", null), opening.exchange());
        opening.connected();
        assertEquals(new HttpExchange("CONNECT", "www.example.com:443", 200), opening.exchange());

        ConnectOpening get = new ConnectOpening(LISTENER);
        get.read(bytes(GET));
        get.judge(bytes("HTTP/1.1 404 Not Found\r\n"));
        assertEquals(new HttpExchange("GET", "/a", 404), get.exchange());

        ConnectOpening denied = new ConnectOpening(LISTENER);
        denied.read(bytes(GET));
        denied.refusal(Refusal.NO_PLAIN);
        assertEquals(new HttpExchange("GET", "/a", 405), denied.exchange());

        ConnectOpening faulty = new ConnectOpening(LISTENER);
        faulty.read(bytes("GET / HTTP/1.1\r\n\r\n"));
        faulty.refusal(Refusal.MALFORMED);
        assertEquals(HttpExchange.refused(400), faulty.exchange());
    }

    @Test
    void refusesWithTheStatusOfTheReason() {
        String host = "Host: a.example\r\n\r\n";
        isRefused(CloseReason.MALFORMED_REQUEST, 400, "CONNECT a.example HTTP/1.1\r\n" + host);
        isRefused(CloseReason.MALFORMED_REQUEST, 400, "CONNECT a.example:0 HTTP/1.1\r\n" + host);
        isRefused(CloseReason.MALFORMED_REQUEST, 400, "CONNECT a.example: HTTP/1.1\r\n" + host);
        isRefused(CloseReason.INVALID_NAME, 400, "CONNECT a.example:70000 HTTP/1.1\r\n" + host);
        isRefused(CloseReason.INVALID_NAME, 400, "CONNECT me@a.example:443 HTTP/1.1\r\n" + host);
        isRefused(CloseReason.INVALID_NAME, 400, "CONNECT [a.example]:443 HTTP/1.1\r\n" + host);
        isRefused(CloseReason.INVALID_NAME, 400, "CONNECT http://a.example:443 HTTP/1.1\r\n" + host);
        isRefused(CloseReason.INVALID_NAME, 400, "CONNECT /:443 HTTP/1.1\r\n" + host);
        isRefused(CloseReason.MALFORMED_REQUEST, 400, "CONNECT a.example:443 HTTP/1.1\r\n\r\n");
        isRefused(CloseReason.AMBIGUOUS_REQUEST, 400, "CONNECT a.example:443 HTTP/1.1\r\nContent-Length: 3\r\n" + host);
        isRefused(
                CloseReason.AMBIGUOUS_REQUEST,
                400,
                "CONNECT a.example:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + host);
        isRefused(CloseReason.MALFORMED_REQUEST, 400, "GET / HTTP/1.1\r\n" + host);
        isRefused(CloseReason.MALFORMED_REQUEST, 400, "GET https://a.example/ HTTP/1.1\r\n" + host);
        isRefused(CloseReason.MALFORMED_REQUEST, 400, "OPTIONS * HTTP/1.1\r\n" + host);
        isRefused(CloseReason.NOT_HTTP, 400, "\5\1\0");
        isRefused(CloseReason.REQUEST_TOO_LARGE, 431, "CONNECT a.example:443 HTTP/1.1\r\nX: " + "x".repeat(16_384));
    }

    @Test
    void randomChangesGiveARequestOrARefusal() {
        Random random = new Random(Seed.of(getClass()));
        for (int round = 0; round < 100_000; round++) {
            byte[] changed = (random.nextBoolean() ? CONNECT : GET).getBytes(StandardCharsets.ISO_8859_1);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            }
            ConnectOpening fresh = new ConnectOpening(LISTENER);
            int cut = random.nextInt(changed.length);
            Step step = fresh.read(ByteBuffer.wrap(Arrays.copyOf(changed, cut)));
            if (step instanceof Step.NeedMore) {
                step = fresh.read(ByteBuffer.wrap(changed));
            }
            switch (step) {
                case Step.NeedMore _ -> {}
                case Step.Whole(Destination destination, int _) ->
                    assertNotNull(((Destination.Host) destination).name());
                case Step.Refused refused ->
                    fresh.refusal(Objects.requireNonNull(refused.reason().refusal()));
                default -> throw new AssertionError(step);
            }
        }
    }
}
