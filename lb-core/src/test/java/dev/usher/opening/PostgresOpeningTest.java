package dev.usher.opening;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Postgres;
import dev.usher.config.NotTls.Protocol;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.name.ServerName;
import dev.usher.opening.BackendGreeting.Answer;
import dev.usher.testing.Seed;
import dev.usher.tls.Alert;
import dev.usher.tls.HelloBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: exactly a request of Postgres is answered, over any split, and nothing else of the port changes. */
class PostgresOpeningTest {
    private static final int MAX = 65_536;
    private static final String SSL = "0000000804d2162f";
    private static final String GSS_ENC = "0000000804d21630";
    private static final String CANCEL = "0000001004d2162e" + "0000002a0badcafe";
    private static final String STARTUP = "0000000800030000";
    private static final int RANDOM_CHANGES = 20_000;

    private static NotTls to(String cancel) {
        return new NotTls("git", "vpn", new Postgres(cancel), null);
    }

    private static PostgresOpening opening() {
        return new PostgresOpening(MAX, to(Postgres.REFUSE));
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }

    private static ByteBuffer hello() {
        return new HelloBuilder().name("db.example.com").records();
    }

    private static void replies(String letter, Step step) {
        Step.Reply reply = assertInstanceOf(Step.Reply.class, step);
        assertEquals(letter, StandardCharsets.US_ASCII.decode(reply.bytes()).toString());
        assertEquals(8, reply.consumed());
    }

    private static void refuses(CloseReason reason, Step step) {
        assertEquals(reason, assertInstanceOf(Step.Refused.class, step).reason());
    }

    /** Up to the last byte nothing is decided. */
    private static Step byteWise(Opening opening, ByteBuffer all) {
        for (int come = 0; come < all.limit(); come++) {
            assertSame(Step.NEED_MORE, opening.read(all.duplicate().limit(come)), "after " + come);
        }
        return opening.read(all);
    }

    @Test
    void hasTheMarkOfTheHelloBehindTheAnswer() {
        TlsOpening same = new TlsOpening(MAX, NotTls.NONE);
        same.read(hello());
        PostgresOpening asked = opening();
        replies("S", asked.read(bytes(SSL)));
        assertEquals(0, asked.mark());
        asked.read(hello());
        PostgresOpening atOnce = opening();
        atOnce.read(hello());
        assertNotEquals(0, same.mark());
        assertEquals(same.mark(), asked.mark());
        assertEquals(same.mark(), atOnce.mark());
    }

    @Test
    void theHelloBehindTheAnswerDecides() {
        PostgresOpening opening = opening();
        replies("S", byteWise(opening, bytes(SSL)));
        assertEquals(
                new Step.Whole(new Destination.Host(ServerName.of("db.example.com"), List.of(), "db.example.com"), 0),
                byteWise(opening, hello()));
        assertTrue(opening.expectsAnswer() && opening.isRepeatable());
        assertEquals(Verdict.REFUSAL, opening.judge(Alert.ACCESS_DENIED.record()));
        BackendGreeting greeting = Objects.requireNonNull(opening.backendGreeting());
        assertEquals(bytes(SSL), greeting.words());
    }

    @Test
    void encryptionByGssIsRefusedAndTlsIsAskedForThen() {
        PostgresOpening opening = opening();
        replies("N", byteWise(opening, bytes(GSS_ENC)));
        replies("S", byteWise(opening, bytes(SSL)));
        assertInstanceOf(Step.Whole.class, opening.read(hello()));
    }

    @ParameterizedTest
    @CsvSource({
        GSS_ENC + ", NOT_TLS",
        "160301, NOT_TLS",
        "5353482d322e302d, NOT_TLS",
        CANCEL + ", POSTGRES_CANCEL",
        STARTUP + ", POSTGRES_WITHOUT_TLS"
    })
    void behindARefusedEncryptionOnlyARequestMayCome(String next, CloseReason reason) {
        PostgresOpening opening = opening();
        replies("N", opening.read(bytes(GSS_ENC)));
        refuses(reason, opening.read(bytes(next)));
    }

    @ParameterizedTest
    @ValueSource(strings = {SSL + "16", SSL + SSL, GSS_ENC + "00", GSS_ENC + SSL})
    void bytesBeforeTheAnswerAreRefused(String early) {
        refuses(CloseReason.POSTGRES_EARLY_BYTES, opening().read(bytes(early)));
    }

    @ParameterizedTest
    @ValueSource(strings = {SSL, "5353482d322e302d310d0a", "00003800", "474554202f"})
    void nothingButAHelloMayFollowTheAnswer(String next) {
        PostgresOpening opening = opening();
        replies("S", opening.read(bytes(SSL)));
        assertInstanceOf(Step.Refused.class, opening.read(bytes(next)));
    }

    @Test
    void aCancelHasNoName() {
        refuses(CloseReason.POSTGRES_CANCEL, byteWise(opening(), bytes(CANCEL.substring(0, 16))));
        Step whole = new PostgresOpening(MAX, to("main")).read(bytes(CANCEL));
        assertEquals(new Step.Whole(new Destination.Other(Protocol.POSTGRES_CANCEL), 0), whole);
    }

    /** Version 3.0 of every server, and 3.2 of Postgres 18. */
    @ParameterizedTest
    @ValueSource(strings = {STARTUP, "0000002900030000", "0000271000030002"})
    void aClientWithoutTlsIsToldSoInItsOwnWords(String start) {
        PostgresOpening opening = opening();
        refuses(CloseReason.POSTGRES_WITHOUT_TLS, byteWise(opening, bytes(start)));
        ByteBuffer word = Objects.requireNonNull(opening.refusal(Refusal.OTHER_PROTOCOL));
        assertEquals('E', word.get());
        assertEquals(word.remaining(), word.getInt());
        String text = StandardCharsets.US_ASCII.decode(word).toString();
        assertTrue(text.startsWith("SFATAL\0") && text.contains("sslmode=require") && text.endsWith("\0\0"), text);
    }

    /** As the opening without Postgres, over every split. */
    @ParameterizedTest
    @ValueSource(strings = {"5353482d322e302d", "000e38", "00ff38", "014838", "474554202f2048545450", "15030100", "ff"})
    void otherProtocolsAreAsBefore(String first) {
        ByteBuffer all = bytes(first);
        Opening with = opening();
        Opening without = new TlsOpening(MAX, new NotTls("git", "vpn", null, null));
        for (int come = 1; come <= all.limit(); come++) {
            ByteBuffer soFar = all.duplicate().limit(come);
            Step step = without.read(soFar);
            assertEquals(step, with.read(soFar), first + " after " + come);
            if (!(step instanceof Step.NeedMore)) {
                break;
            }
        }
        assertNull(with.backendGreeting());
    }

    @Test
    void aHelloAtOnceIsAnyTlsClient() {
        PostgresOpening opening = opening();
        assertInstanceOf(Step.Whole.class, byteWise(opening, hello()));
        assertNull(opening.backendGreeting());
        assertEquals(Alert.UNRECOGNIZED_NAME.record(), opening.refusal(Refusal.UNKNOWN_NAME));
    }

    /** Any bytes: a step and no exception; an answer for the exact request alone. */
    @Test
    void randomChangesAreDecidedOrRefused() {
        Random random = new Random(Seed.of(PostgresOpeningTest.class));
        List<String> requests = List.of(SSL, GSS_ENC, CANCEL, STARTUP);
        for (int i = 0; i < RANDOM_CHANGES; i++) {
            byte[] changed =
                    bytes(requests.get(random.nextInt(requests.size()))).array();
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            int come = random.nextInt(changed.length + 1);
            Step step = opening().read(ByteBuffer.wrap(changed, 0, come));
            if (step instanceof Step.Reply) {
                String hex = HexFormat.of().formatHex(Arrays.copyOf(changed, come));
                assertTrue(hex.equals(SSL) || hex.equals(GSS_ENC), hex);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'', NEED_MORE", "S, ACCEPTED", "SS, REFUSED", "S!, REFUSED", "N, REFUSED", "E, REFUSED", "s, REFUSED"})
    void aBackendAnswersWithExactlyOneS(String answer, Answer verdict) {
        BackendGreeting greeting = PostgresRequest.ASKS_FOR_TLS;
        assertEquals(verdict, greeting.hear(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII))));
        assertEquals(2, greeting.maxAnswerBytes(), "a second byte must be seen");
    }
}
