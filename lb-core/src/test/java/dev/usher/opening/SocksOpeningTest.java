package dev.usher.opening;

import static dev.usher.opening.SocksMessages.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.ForwardProxy;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.UserFile;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.login.Credentials;
import dev.usher.name.ServerName;
import dev.usher.testing.Seed;
import dev.usher.tls.HelloBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Goal: any bytes of a SOCKS client give a request or a refusal with its reason, however they are cut. Method: the opening
 * alone, fed as the relay feeds it.
 */
class SocksOpeningTest {
    private static final ListenerConfig LISTENER =
            ListenerConfig.socks("out", List.of(HostPort.parseBind("127.0.0.1:1080")));
    private static final String HOST = "www.example.com";
    /** The longest right request: 3 + 255 bytes of methods, 4 + 1 + 255 + 2 bytes of SOCKS 5. */
    private static final int MAX_BYTES = 600;

    private static final List<byte[]> RIGHT = List.of(
            bytes(SocksMessages.methods(), SocksMessages.request(HOST, 443)),
            bytes(SocksMessages.methods(), SocksMessages.request(new byte[] {10, 0, 0, 1}, 443)),
            bytes(SocksMessages.methods(), SocksMessages.request(new byte[16], 443)),
            SocksMessages.request4a(HOST, 443),
            SocksMessages.request4(new byte[] {10, 0, 0, 1}, 443));

    /** The end of a dialogue: the last step, and all that the client was told before. */
    private record Heard(@Nullable Step last, String told, SocksOpening opening) {}

    /** Feeds the bytes in pieces of a size, and drops what each step consumes. */
    private static Heard hear(byte[] all, int pieceBytes) {
        return hear(new SocksOpening(LISTENER), all, pieceBytes);
    }

    private static Heard hear(SocksOpening opening, byte[] all, int pieceBytes) {
        String told = "";
        int begin = 0;
        int end = 0;
        while (end < all.length) {
            end = Math.min(all.length, end + pieceBytes);
            boolean again = true;
            while (again) {
                ByteBuffer soFar = ByteBuffer.wrap(Arrays.copyOfRange(all, begin, end));
                Step step = opening.read(soFar);
                assertEquals(0, soFar.position(), "it moves nothing");
                assertEquals(end - begin, soFar.remaining());
                switch (step) {
                    case Step.NeedMore _ -> {
                        again = false;
                        assertTrue(end - begin < MAX_BYTES, "it waits for more than any right message has");
                    }
                    case Step.Reply(ByteBuffer words, int consumed) -> {
                        told += hex(words);
                        begin += consumed;
                    }
                    case Step.Check(Credentials said, int consumed) -> {
                        told += "[" + said + " " + said.password() + "]";
                        begin += consumed;
                    }
                    case Step.Whole _, Step.Refused _ -> {
                        return new Heard(step, told, opening);
                    }
                }
            }
        }
        return new Heard(null, told, opening);
    }

    private static String hex(ByteBuffer words) {
        byte[] all = new byte[words.remaining()];
        words.get(words.position(), all);
        return HexFormat.of().formatHex(all);
    }

    private static void isRefused(CloseReason reason, byte[] word, byte[]... parts) {
        byte[] all = bytes(parts);
        for (int piece : List.of(1, all.length)) {
            Heard heard = hear(all, piece);
            assertEquals(
                    reason, assertInstanceOf(Step.Refused.class, heard.last()).reason());
            ByteBuffer said = heard.opening().refusal(Objects.requireNonNull(reason.refusal()));
            assertEquals(HexFormat.of().formatHex(word), said == null ? "" : hex(said));
        }
    }

    private static Destination.Host asked(byte[]... parts) {
        return (Destination.Host)
                assertInstanceOf(Step.Whole.class, hear(bytes(parts), 1).last()).destination();
    }

    @Test
    void readsEveryFormOfRequest() {
        assertEquals(
                new Destination.Host(ServerName.of(HOST), "WWW.Example.com.", 8443),
                asked(SocksMessages.methods(), SocksMessages.request("WWW.Example.com.", 8443)));
        assertEquals(
                ServerName.of("10.0.0.1"),
                asked(SocksMessages.methods(), SocksMessages.request(new byte[] {10, 0, 0, 1}, 443))
                        .name());
        assertEquals(
                new ServerName("2001:db8::1", true),
                asked(
                                SocksMessages.methods(),
                                SocksMessages.request(
                                        new byte[] {0x20, 1, 0xd, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                                        443))
                        .name());
        assertEquals(
                new Destination.Host(ServerName.of(HOST), HOST, 65_535), asked(SocksMessages.request4a(HOST, 65_535)));
        assertEquals(
                ServerName.of("10.0.0.1"),
                asked(SocksMessages.request4(new byte[] {10, 0, 0, 1}, 1)).name());
        assertEquals(
                ServerName.of("10.0.0.1"),
                asked(SocksMessages.methods(), SocksMessages.request("10.0.0.1", 443))
                        .name());
    }

    @Test
    void sameForAnyCut() {
        for (byte[] all : RIGHT) {
            byte[] whole = bytes(all, "rest".getBytes(StandardCharsets.US_ASCII));
            Heard once = hear(whole, whole.length);
            assertInstanceOf(Step.Whole.class, once.last());
            for (int piece = 1; piece < whole.length; piece++) {
                Heard cut = hear(whole, piece);
                assertEquals(once.last(), cut.last());
                assertEquals(once.told(), cut.told());
            }
            for (int cut = 0; cut < all.length; cut++) {
                assertNull(hear(Arrays.copyOf(all, cut), cut == 0 ? 1 : cut).last(), "whole after " + cut + " bytes");
            }
        }
    }

    @Test
    void refusesWithTheReplyOfTheReason() {
        byte[] methods = SocksMessages.methods();
        isRefused(CloseReason.AUTH_METHOD, new byte[] {5, (byte) 0xFF}, new byte[] {5, 2, 1, 2});
        isRefused(CloseReason.AUTH_METHOD, new byte[] {5, (byte) 0xFF}, new byte[] {5, 0});
        isRefused(CloseReason.SOCKS_COMMAND, SocksMessages.reply(7), methods, new byte[] {5, 2, 0, 1});
        isRefused(CloseReason.SOCKS_COMMAND, SocksMessages.reply(7), methods, new byte[] {5, 3, 0, 1});
        isRefused(CloseReason.SOCKS_COMMAND, SocksMessages.reply(8), methods, new byte[] {5, 1, 0, 9, 0});
        isRefused(CloseReason.MALFORMED_SOCKS, SocksMessages.reply(1), methods, new byte[] {4, 1, 0, 1});
        isRefused(CloseReason.MALFORMED_SOCKS, SocksMessages.reply(1), methods, new byte[] {5, 1, 1, 1});
        isRefused(CloseReason.MALFORMED_SOCKS, SocksMessages.reply(1), methods, SocksMessages.request(HOST, 0));
        isRefused(CloseReason.INVALID_NAME, SocksMessages.reply(4), methods, SocksMessages.request("a b", 443));
        isRefused(CloseReason.INVALID_NAME, SocksMessages.reply(4), methods, SocksMessages.request("", 443));
        isRefused(CloseReason.INVALID_NAME, SocksMessages.reply(4), methods, SocksMessages.request("*.a.example", 443));
        byte[] refused4 = {0, 91, 0, 0, 0, 0, 0, 0};
        isRefused(CloseReason.SOCKS_COMMAND, refused4, new byte[] {4, 2});
        isRefused(CloseReason.INVALID_NAME, refused4, SocksMessages.request4a("a_b c", 443));
        isRefused(CloseReason.MALFORMED_SOCKS, refused4, SocksMessages.request4a("a".repeat(256), 443));
        isRefused(
                CloseReason.MALFORMED_SOCKS,
                refused4,
                new byte[] {4, 1, 1, -69, 10, 0, 0, 1},
                "u".repeat(256).getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void clientsOfOtherProtocolsAreToldInTheirWords() {
        Heard http = hear("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII), 1);
        assertEquals(CloseReason.NOT_SOCKS, ((Step.Refused) assertNotNullStep(http)).reason());
        assertTrue(text(http.opening().refusal(Refusal.OTHER_PROTOCOL)).startsWith("HTTP/1.1 400 "));
        Heard tls = hear(new byte[] {22, 3, 1}, 3);
        assertEquals(
                21,
                Objects.requireNonNull(tls.opening().refusal(Refusal.OTHER_PROTOCOL))
                        .get(0));
        isRefused(CloseReason.NOT_SOCKS, new byte[0], new byte[] {0});
    }

    private static Step assertNotNullStep(Heard heard) {
        assertNotNull(heard.last());
        return Objects.requireNonNull(heard.last());
    }

    private static String text(@Nullable ByteBuffer word) {
        return StandardCharsets.US_ASCII.decode(Objects.requireNonNull(word)).toString();
    }

    @Test
    void randomChangesGiveARequestOrARefusal() {
        Random random = new Random(Seed.of(getClass()));
        Set<CloseReason> seen = EnumSet.noneOf(CloseReason.class);
        for (int round = 0; round < 200_000; round++) {
            byte[] all = RIGHT.get(random.nextInt(RIGHT.size())).clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                all[random.nextInt(all.length)] = (byte) random.nextInt();
            }
            byte[] padded = bytes(all, new byte[MAX_BYTES]);
            Heard heard = hear(padded, 1 + random.nextInt(padded.length));
            if (assertNotNullStep(heard) instanceof Step.Refused refused) {
                seen.add(refused.reason());
                assertNotNull(refused.reason().refusal());
                heard.opening().refusal(Objects.requireNonNull(refused.reason().refusal()));
            }
        }
        assertEquals(
                EnumSet.of(
                        CloseReason.NOT_SOCKS,
                        CloseReason.MALFORMED_SOCKS,
                        CloseReason.SOCKS_COMMAND,
                        CloseReason.AUTH_METHOD,
                        CloseReason.INVALID_NAME),
                seen);
    }

    private static SocksOpening withUsers() {
        return new SocksOpening(LISTENER.withForwardProxy(
                ForwardProxy.DEFAULT.withUsers(UserFile.parse(Path.of("users"), "me:$2y$10$" + "a".repeat(53)))));
    }

    private static void loginIsRefused(CloseReason reason, String word, byte[] all) {
        Heard heard = hear(withUsers(), all, 1);
        assertEquals(reason, ((Step.Refused) assertNotNullStep(heard)).reason());
        ByteBuffer said = heard.opening().refusal(Objects.requireNonNull(reason.refusal()));
        assertEquals(word, hex(Objects.requireNonNull(said)));
    }

    @Test
    void userSaysNameAndPasswordBeforeTheRequest() {
        byte[] all = bytes(
                SocksMessages.passwordMethods(),
                SocksMessages.password("me", "secret"),
                SocksMessages.request(HOST, 443));
        for (int piece = 1; piece <= all.length; piece++) {
            Heard heard = hear(withUsers(), all, piece);
            assertInstanceOf(Step.Whole.class, heard.last());
            assertEquals("0502[me secret]0100", heard.told());
        }
        loginIsRefused(CloseReason.AUTH_METHOD, "05ff", SocksMessages.methods());
        loginIsRefused(CloseReason.AUTH_METHOD, "005b000000000000", SocksMessages.request4a(HOST, 443));
        loginIsRefused(CloseReason.MALFORMED_SOCKS, "0101", bytes(SocksMessages.passwordMethods(), new byte[] {5, 1}));
        loginIsRefused(CloseReason.MALFORMED_SOCKS, "0101", bytes(SocksMessages.passwordMethods(), new byte[] {1, 0}));
    }

    @Test
    void helloWithinMustHaveTheNameThatWasAskedFor() {
        Opening within = HelloWithin.behind(ServerName.of(HOST), 443, LISTENER);
        assertInstanceOf(
                Step.Whole.class,
                within.read(new HelloBuilder().name("WWW.example.com").records()));
        assertEquals(CloseReason.SNI_MISMATCH, reason(ServerName.of(HOST), new HelloBuilder().name("other.example")));
        assertEquals(CloseReason.SNI_MISMATCH, reason(ServerName.of(HOST), new HelloBuilder()));
        assertEquals(CloseReason.SNI_MISMATCH, reason(ServerName.of("10.0.0.1"), new HelloBuilder().name(HOST)));
        assertInstanceOf(
                Step.Whole.class,
                HelloWithin.behind(ServerName.of("10.0.0.1"), 443, LISTENER).read(new HelloBuilder().records()));
        ListenerConfig ignoring = LISTENER.withForwardProxy(ForwardProxy.DEFAULT.withSni(ForwardProxy.Sni.IGNORE));
        assertInstanceOf(
                Step.Whole.class,
                HelloWithin.behind(ServerName.of(HOST), 443, ignoring)
                        .read(new HelloBuilder().name("other.example").records()));
        assertSame(PlainOpening.INSTANCE, HelloWithin.behind(ServerName.of(HOST), 22, LISTENER));
    }

    private static CloseReason reason(ServerName asked, HelloBuilder hello) {
        return assertInstanceOf(
                        Step.Refused.class,
                        HelloWithin.behind(asked, 443, LISTENER).read(hello.records()))
                .reason();
    }
}
