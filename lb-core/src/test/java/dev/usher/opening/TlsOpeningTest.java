package dev.usher.opening;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.NotTls;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.name.ServerName;
import dev.usher.tls.Alert;
import dev.usher.tls.HelloBuilder;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TlsOpeningTest {
    private static final int MAX = 65_536;
    private static final Map<Refusal, Alert> ALERTS = new EnumMap<>(Map.ofEntries(
            Map.entry(Refusal.MALFORMED, Alert.DECODE_ERROR),
            Map.entry(Refusal.TOO_LARGE, Alert.DECODE_ERROR),
            Map.entry(Refusal.INVALID_NAME, Alert.ILLEGAL_PARAMETER),
            Map.entry(Refusal.NO_NAME, Alert.MISSING_EXTENSION),
            Map.entry(Refusal.UNKNOWN_NAME, Alert.UNRECOGNIZED_NAME),
            Map.entry(Refusal.DENIED, Alert.ACCESS_DENIED),
            Map.entry(Refusal.UNIDENTIFIED, Alert.ACCESS_DENIED),
            Map.entry(Refusal.NO_PLAIN, Alert.UNEXPECTED_MESSAGE),
            Map.entry(Refusal.TOO_OFTEN, Alert.ACCESS_DENIED),
            Map.entry(Refusal.NO_SUCH_HOST, Alert.UNRECOGNIZED_NAME),
            Map.entry(Refusal.COMMAND, Alert.UNEXPECTED_MESSAGE),
            Map.entry(Refusal.EXHAUSTED, Alert.INTERNAL_ERROR),
            Map.entry(Refusal.REFUSING_BACKEND, Alert.INTERNAL_ERROR),
            Map.entry(Refusal.UNAVAILABLE, Alert.INTERNAL_ERROR),
            Map.entry(Refusal.BAD_BACKEND, Alert.INTERNAL_ERROR),
            Map.entry(Refusal.LATE_BACKEND, Alert.INTERNAL_ERROR),
            Map.entry(Refusal.REDIRECT, Alert.UNEXPECTED_MESSAGE)));

    private final TlsOpening opening = new TlsOpening(MAX, NotTls.NONE);

    private static Step.Refused refused(Step step) {
        return (Step.Refused) step;
    }

    @Test
    void isWholeWithTheHelloAndForwardsAllOfIt() {
        ByteBuffer hello = new HelloBuilder()
                .name("WWW.Example.com")
                .alpn("h2", "http/1.1")
                .records();
        int bytes = hello.remaining();
        for (int come = 0; come < bytes; come++) {
            assertSame(Step.NEED_MORE, opening.read(hello.duplicate().limit(come)));
        }
        assertEquals(
                new Step.Whole(
                        new Destination.Host(
                                ServerName.of("www.example.com"), List.of("h2", "http/1.1"), "WWW.Example.com"),
                        0),
                opening.read(hello));
        assertEquals(bytes, hello.remaining(), "it moves nothing");
        assertThrows(IllegalStateException.class, () -> opening.read(hello));
    }

    @Test
    void isNotWholeBeforeTheFirstByte() {
        assertSame(Step.NEED_MORE, opening.read(ByteBuffer.allocate(0)));
    }

    @Test
    void refusesForTheReasonOfTheHello() {
        assertEquals(
                CloseReason.NOT_TLS,
                refused(opening.read(ByteBuffer.wrap(new byte[] {'G', 'E', 'T', '/'})))
                        .reason());
        assertEquals(
                CloseReason.HTTP_ON_TLS,
                refused(new TlsOpening(MAX, NotTls.NONE).read(ByteBuffer.wrap(new byte[] {'G', 'E', 'T', ' '})))
                        .reason());
        assertEquals(
                CloseReason.MALFORMED_HELLO,
                refused(new TlsOpening(MAX, NotTls.NONE).read(ByteBuffer.wrap(new byte[] {22, 3, 1, 0, 0})))
                        .reason());
        assertEquals(
                CloseReason.HELLO_TOO_LARGE,
                refused(new TlsOpening(64, NotTls.NONE)
                                .read(new HelloBuilder().paddedTo(500).records()))
                        .reason());
        assertEquals(
                CloseReason.INVALID_NAME,
                refused(new TlsOpening(MAX, NotTls.NONE)
                                .read(new HelloBuilder().name("a b").records()))
                        .reason());
    }

    @Test
    void saysEachRefusalByItsAlert() {
        for (Refusal why : EnumSet.complementOf(EnumSet.of(Refusal.OTHER_PROTOCOL))) {
            assertEquals(ALERTS.get(why), TlsOpening.alert(why));
            assertEquals(TlsOpening.alert(why).record(), opening.refusal(why));
        }
    }

    @Test
    void mayBeSaidAgainUnlessItOffersEarlyData() {
        opening.read(new HelloBuilder().name("a.example").records());
        assertTrue(opening.isRepeatable());
        TlsOpening early = new TlsOpening(MAX, NotTls.NONE);
        early.read(new HelloBuilder().name("a.example").earlyData().records());
        assertFalse(early.isRepeatable());
    }

    @Test
    void judgesTheFirstBytesOfTheBackend() {
        assertEquals(Verdict.ANSWER, judged(22, 3, 3, 0, 80));
        assertEquals(Verdict.REFUSAL, judged(21, 3, 3, 0, 2, 2, 40));
        assertEquals(Verdict.ANSWER, judged('H', 'T', 'T', 'P'));
        assertEquals(Verdict.FAULT, judged(21, 3, 3, 0, 2, 2, 80));
        for (int come = 1; come < 7; come++) {
            assertEquals(Verdict.UNCLEAR, opening.judge(ByteBuffer.wrap(new byte[] {21, 3, 3, 0, 2, 2, 80}, 0, come)));
        }
    }

    private Verdict judged(int... bytes) {
        byte[] first = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            first[i] = (byte) bytes[i];
        }
        return opening.judge(ByteBuffer.wrap(first));
    }

    @Test
    void hasNothingToSayOnTheWay() {
        assertNull(opening.connected());
        assertNull(opening.backendGreeting());
        assertTrue(opening.expectsAnswer());
    }

    @Test
    void aPlainOpeningIsWholeAtOnceAndHasNoWords() {
        PlainOpening plain = PlainOpening.INSTANCE;
        assertEquals(new Step.Whole(Destination.OF_LISTENER, 0), plain.read(ByteBuffer.allocate(0)));
        for (Refusal why : Refusal.values()) {
            assertNull(plain.refusal(why));
        }
        assertNull(plain.connected());
        assertNull(plain.backendGreeting());
        assertFalse(plain.expectsAnswer());
        assertFalse(plain.isRepeatable());
        assertEquals(Verdict.ANSWER, plain.judge(ByteBuffer.wrap(new byte[] {21})));
    }
}
