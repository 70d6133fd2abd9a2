package dev.usher.tls;

import static dev.usher.tls.Deliveries.byteWise;
import static dev.usher.tls.Deliveries.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.usher.name.ServerName;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: no damage to a hello makes it another hello. Method: cut it at every place, change every byte of it, and see
 * that what comes out is a refusal, a wait, no name, or a name that the bytes hold whole: the one sent, or, where the
 * changed byte is one of the name's, that name with that letter changed.
 */
class ChangedHelloTest {
    private static final String NAME = "shop.example";

    static List<byte[]> hellos() {
        List<byte[]> hellos = new ArrayList<>();
        hellos.add(Hellos.message(Hellos.fromJdkClient(NAME, "h2", "http/1.1")));
        hellos.add(new HelloBuilder().name(NAME).message());
        hellos.add(
                new HelloBuilder().sessionId(0).grease().alpn("h2").name(NAME).message());
        hellos.add(new HelloBuilder().name(NAME).earlyData().paddedTo(2_048).message());
        return hellos;
    }

    @ParameterizedTest
    @MethodSource("hellos")
    void waitsForTheRestOfACutHello(byte[] message) {
        byte[] raw = Hellos.bytes(Hellos.records(message, Hellos.MAX_FRAGMENT_BYTES));
        for (int length = 0; length < raw.length; length++) {
            assertEquals(HelloResult.NEED_MORE, whole(Arrays.copyOf(raw, length)), "cut to " + length + " bytes");
        }
    }

    /** Cut and given a length to match, as a liar would: nameless where its fields happen to end, or refused. */
    @ParameterizedTest
    @MethodSource("hellos")
    void neverNamesAHelloThatEndsEarly(byte[] message) {
        for (int length = 4; length < message.length; length++) {
            byte[] cut = Arrays.copyOf(message, length);
            cut[2] = (byte) ((length - 4) >> 8);
            cut[3] = (byte) (length - 4);
            switch (whole(Hellos.records(cut, Hellos.MAX_FRAGMENT_BYTES))) {
                case HelloResult.Hello(ClientHello hello) -> assertNull(hello.serverName(), "cut to " + length);
                case HelloResult.Refused refused -> assertEquals(HelloRefusal.MALFORMED, refused.reason());
                case HelloResult.NeedMore() -> fail("waits for more than " + length + " bytes");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("hellos")
    void neverReadsAnotherNameOutOfAChangedByte(byte[] message) {
        byte[] raw = Hellos.bytes(Hellos.records(message, Hellos.MAX_FRAGMENT_BYTES));
        int nameAt = new String(raw, StandardCharsets.ISO_8859_1).indexOf(NAME);
        assertTrue(nameAt > 0);
        int step = raw.length > 1_000 ? 31 : 1;
        for (int at = 0; at < raw.length; at++) {
            for (int change = 1; change < 256; change += step) {
                byte[] changed = raw.clone();
                changed[at] ^= (byte) change;
                assertNameIsWhole(changed, nameAt, "byte " + at + " ^ " + change);
            }
        }
    }

    @Test
    void decidesOnceForEveryChangedByte() {
        byte[] raw = Hellos.bytes(new HelloBuilder().name(NAME).alpn("h2").records(40));
        for (int at = 0; at < raw.length; at++) {
            for (int change : new int[] {1, 0x80, 0xFF}) {
                byte[] changed = raw.clone();
                changed[at] ^= (byte) change;
                assertNotNull(byteWise(changed));
            }
        }
    }

    /** Several bytes at once, and any records: no result but the three, and never an exception. */
    @Test
    void survivesRandomDamage() {
        long seed = Deliveries.seed("survivesRandomDamage");
        Random random = new Random(seed);
        List<byte[]> hellos = hellos();
        for (int round = 0; round < 50_000; round++) {
            byte[] message = hellos.get(random.nextInt(hellos.size()));
            byte[] raw = Hellos.bytes(Hellos.records(message, 1 + random.nextInt(600)));
            for (int i = random.nextInt(6); i >= 0; i--) {
                raw[random.nextInt(raw.length)] = (byte) random.nextInt(256);
            }
            assertNotNull(whole(ByteBuffer.wrap(raw, 0, random.nextInt(raw.length + 1))), "seed " + seed);
        }
    }

    @Test
    void changesOfTheNameAreSeen() {
        byte[] message = new HelloBuilder().name(NAME).message();
        int nameAt = new String(message, StandardCharsets.ISO_8859_1).indexOf(NAME);
        long named = IntStream.range(1, 256)
                .filter(change -> {
                    byte[] changed = message.clone();
                    changed[nameAt] ^= (byte) change;
                    return whole(Hellos.records(changed, 60)) instanceof HelloResult.Hello;
                })
                .count();
        assertEquals(26 + 26 + 10 + 2 - 1, named); // letters, digits, - and _, but for the one that was there
    }

    private static void assertNameIsWhole(byte[] raw, int nameAt, String change) {
        if (whole(raw) instanceof HelloResult.Hello(ClientHello hello) && hello.sentName() != null) {
            String bytesThere = new String(raw, nameAt, NAME.length(), StandardCharsets.ISO_8859_1);
            assertEquals(bytesThere, hello.sentName(), change);
            assertEquals(ServerName.parse(bytesThere), hello.serverName(), change);
        }
    }
}
