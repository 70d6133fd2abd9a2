package dev.usher.tls;

import static dev.usher.tls.Deliveries.assertRefused;
import static dev.usher.tls.Deliveries.hello;
import static dev.usher.tls.Deliveries.whole;
import static dev.usher.tls.HelloBuilder.bytes;
import static dev.usher.tls.HelloBuilder.concat;
import static dev.usher.tls.HelloBuilder.hostName;
import static dev.usher.tls.HelloBuilder.vector16;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.name.ServerName;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloParserTest {
    @ParameterizedTest
    @ValueSource(strings = {"a.b", "shop.example", "xn--bcher-kva.example"})
    void readsTheNameARealClientSends(String name) {
        ClientHello hello = hello(Hellos.fromJdkClient(name));
        assertEquals(new ClientHello(ServerName.of(name), List.of(), false, false, hello.mark(), name), hello);
    }

    @Test
    void readsTheProtocolsARealClientOffers() {
        assertEquals(
                List.of("h2", "http/1.1"),
                hello(Hellos.fromJdkClient("shop.example", "h2", "http/1.1")).alpn());
    }

    @Test
    void readsARealClientWithoutAName() {
        ClientHello hello = hello(Hellos.fromJdkClient(null));
        assertEquals(new ClientHello(null, List.of(), false, false, hello.mark(), null), hello);
    }

    @Test
    void marksAClientByItsRandom() {
        ByteBuffer first = Hellos.fromJdkClient("shop.example");
        long mark = hello(first.duplicate()).mark();
        assertEquals(mark, hello(first.duplicate()).mark());
        assertNotEquals(mark, hello(Hellos.fromJdkClient("shop.example")).mark());
        assertEquals(
                hello(new HelloBuilder().records()).mark(),
                hello(new HelloBuilder().name("shop.example").records(7)).mark());
    }

    @Nested
    class Body {
        @Test
        void mayHaveNoExtensions() {
            ClientHello hello = hello(new HelloBuilder().noExtensions().records());
            assertEquals(new ClientHello(null, List.of(), false, false, hello.mark(), null), hello);
        }

        @Test
        void mayHaveAnEmptyExtensionsBlock() {
            var hello = new HelloBuilder().noExtensions().trailing(0, 0);
            assertNull(hello(hello.records()).serverName());
        }

        @ParameterizedTest
        @CsvSource({"0, 2, 1", "32, 2, 1", "32, 400, 255"})
        void takesEverySizeThatAFieldMayHave(int sessionId, int cipherSuites, int compressionMethods) {
            assertEquals(
                    ServerName.of("shop.example"),
                    hello(sized(sessionId, cipherSuites, compressionMethods).records())
                            .serverName());
        }

        @ParameterizedTest
        @CsvSource({"33, 2, 1", "255, 2, 1", "32, 0, 1", "32, 1, 1", "32, 3, 1", "32, 2, 0"})
        void isRefusedWithASizeThatAFieldMayNotHave(int sessionId, int cipherSuites, int compressionMethods) {
            assertMalformed(sized(sessionId, cipherSuites, compressionMethods));
        }

        private static HelloBuilder sized(int sessionId, int cipherSuites, int compressionMethods) {
            return new HelloBuilder()
                    .sessionId(sessionId)
                    .cipherSuites(cipherSuites)
                    .compressionMethods(compressionMethods)
                    .name("shop.example");
        }
    }

    @Nested
    class Extensions {
        @ParameterizedTest
        @ValueSource(ints = {-5, -4, -1, 1, 4})
        void mustFillTheBodyExactly(int error) {
            assertMalformed(new HelloBuilder().name("shop.example").extensionsLengthError(error));
        }

        @Test
        void mustEndTheBody() {
            assertMalformed(new HelloBuilder().name("shop.example").trailing(0));
            assertMalformed(new HelloBuilder().noExtensions().trailing(0));
        }

        @Test
        void mustNotLeaveTheirBlock() {
            // an unknown type whose length leads past the end; then type bytes alone, then half a length
            assertMalformed(new HelloBuilder().noExtensions().trailing(0, 5, 0xAA, 0xAA, 0, 2, 0));
            assertMalformed(new HelloBuilder().noExtensions().trailing(0, 2, 0xAA, 0xAA));
            assertMalformed(new HelloBuilder().noExtensions().trailing(0, 3, 0xAA, 0xAA, 0));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 16, 21, 42, 43, 0x0A0A, 0xFF01, 0xFFFF})
        void mustNotComeTwice(int type) {
            var once = new HelloBuilder()
                    .grease()
                    .name("shop.example")
                    .alpn("h2")
                    .extension(21)
                    .earlyData();
            assertTrue(hello(once.records()).offersEarlyData());
            if (type == 0xFF01 || type == 0xFFFF) {
                assertEquals(
                        ServerName.of("shop.example"),
                        hello(once.extension(type, 0).records()).serverName());
            }
            assertMalformed(once.extension(type, bodyOf(type)));
        }

        /** A body that is legal alone, so that nothing but the second coming is wrong. */
        private static byte[] bodyOf(int type) {
            return switch (type) {
                case 0 -> vector16(hostName("shop.example"));
                case 16 -> bytes(0, 3, 2, 'h', '2');
                default -> bytes();
            };
        }

        @Test
        void ofUnknownTypesArePassedOver() {
            var hello = new HelloBuilder()
                    .grease()
                    .extension(65037, 1, 2, 3)
                    .name("shop.example")
                    .extension(0x1A1A, 1);
            assertEquals(ServerName.of("shop.example"), hello(hello.records()).serverName());
        }

        /** As many extensions as fit: looking for duplicates must not compare each with each. */
        @Test
        void mayBeMany() {
            HelloBuilder many = new HelloBuilder().name("shop.example");
            for (int i = 0; i < 16_000; i++) {
                many.extension(1_000 + i);
            }
            var records = many.records();
            assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
                for (int i = 0; i < 100; i++) {
                    assertEquals(ServerName.of("shop.example"), hello(records).serverName());
                }
            });
            assertMalformed(many.extension(1_000));
        }

        @Test
        void tellEarlyData() {
            assertTrue(hello(new HelloBuilder().earlyData().records()).offersEarlyData());
            assertFalse(hello(new HelloBuilder().name("shop.example").records()).offersEarlyData());
        }
    }

    @Nested
    class Name {
        @Test
        void isKeptAsSentAndNormalised() {
            ClientHello hello = hello(new HelloBuilder().name("Shop.EXAMPLE.").records());
            assertEquals(ServerName.of("shop.example"), hello.serverName());
            assertEquals("Shop.EXAMPLE.", hello.sentName());
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "*",
                    "shop.*.example",
                    "shop.example:443",
                    "shop.example\r\nHost: other.example",
                    "shop.example\0.other.example",
                    "caf\u00e9.example",
                    "..",
                    ".",
                    "shop..example",
                    "[2001:db8::7]:443",
                    "shop\\x2eexample",
                    "../../etc/passwd"
                })
        void isInvalidIfNoServerName(String name) {
            var refused = assertInstanceOf(
                    HelloResult.Refused.class,
                    whole(new HelloBuilder().name(name).records()));
            assertEquals(HelloRefusal.INVALID_NAME, refused.reason());
            assertTrue(refused.detail().chars().allMatch(c -> c >= ' ' && c <= '~'), refused.detail());
            String shown = Objects.requireNonNull(refused.name());
            assertTrue(shown.chars().allMatch(c -> c >= ' ' && c <= '~'), shown);
        }

        @Test
        void isQuotedInTheRefusalWithAllOddBytesEscaped() {
            assertEquals(
                    new HelloResult.Refused(
                            HelloRefusal.INVALID_NAME,
                            "\"a\\x0d\\x0a\\x00\\xe9\\\\b\" is not a server name:"
                                    + " it may hold letters, digits, '-', '_' and '.' only",
                            "a\\x0d\\x0a\\x00\\xe9\\\\b"),
                    whole(new HelloBuilder().name("a\r\n\0\u00e9\\b").records()));
        }

        @ParameterizedTest
        @ValueSource(ints = {254, 255, 256, 16_000, 60_000})
        void isInvalidIfLongerThanDns(int length) {
            String name = "a.".repeat(length / 2 - 1) + "a".repeat(2 + length % 2);
            assertEquals(length, name.length());
            var refused = assertInstanceOf(
                    HelloResult.Refused.class,
                    whole(new HelloBuilder().name(name).records()));
            assertEquals(HelloRefusal.INVALID_NAME, refused.reason());
            assertTrue(refused.detail().length() < 300, refused.detail());
            assertEquals(name.substring(0, 253) + "...", refused.name());
        }

        /** Each byte is four characters of text. */
        @Test
        void isCutAlsoIfItIsEscapingThatMakesItLong() {
            var refused = assertInstanceOf(
                    HelloResult.Refused.class,
                    whole(new HelloBuilder().name("\0".repeat(100)).records()));
            assertEquals("\\x00".repeat(64).substring(0, 253) + "...", refused.name());
        }

        @ParameterizedTest
        @ValueSource(strings = {"*.shop.example", "2001:db8::7", "[2001:db8::7]"})
        void mayBeWhatDevicesSend(String name) {
            ClientHello hello = hello(new HelloBuilder().name(name).records());
            assertEquals(ServerName.of(name), hello.serverName());
            assertEquals(name, hello.sentName());
        }

        @Test
        void mayBeAsLongAsDnsWithADotBehind() {
            String name = "a.".repeat(126) + "a";
            ClientHello hello = hello(new HelloBuilder().name(name + ".").records());
            assertEquals(ServerName.of(name), hello.serverName());
        }

        @Test
        void mustBeTheOnlyOne() {
            assertMalformed(list(concat(hostName("shop.example"), hostName("other.example"))));
            assertMalformed(list(concat(hostName("shop.example"), hostName("shop.example"))));
        }

        @Test
        void mustBeAHostName() {
            byte[] entry = hostName("shop.example");
            entry[0] = 1;
            assertMalformed(list(entry));
            assertMalformed(list(concat(hostName("shop.example"), entry)));
        }

        @Test
        void mustNotBeMissingOrEmpty() {
            assertMalformed(new HelloBuilder().extension(0));
            assertMalformed(list(bytes()));
            assertMalformed(list(hostName("")));
        }

        @Test
        void mustFillItsListAndItsExtension() {
            byte[] list = vector16(hostName("shop.example"));
            assertMalformed(new HelloBuilder().extension(0, concat(list, bytes(0))));
            for (int lengthByte : new int[] {1, 4}) {
                for (int error : new int[] {-12, -3, -1, 1, 3, 100}) {
                    byte[] wrong = list.clone();
                    wrong[lengthByte] += (byte) error;
                    assertMalformed(new HelloBuilder().extension(0, wrong));
                }
            }
        }

        private static HelloBuilder list(byte[] entries) {
            return new HelloBuilder().extension(0, vector16(entries));
        }
    }

    @Nested
    class Alpn {
        @Test
        void keepsOrderAndLetterCase() {
            assertEquals(List.of("h2", "H2", "acme-tls/1"), alpn("h2", "H2", "acme-tls/1"));
        }

        @Test
        void escapesWhatIsNotPrintable() {
            assertEquals(
                    List.of("\\xfa\\xfa", "a ~", "\\\\xfa", "\\x00\\x7f"),
                    alpn("\u00fa\u00fa", "a ~", "\\xfa", "\0\u007f"));
        }

        @Test
        void takesTheLongestEntry() {
            assertEquals(List.of("p".repeat(255), "h2"), alpn("p".repeat(255), "h2"));
        }

        /** Against RFC 7301, but sent by real clients, and framed well: the backend judges. */
        @Test
        void keepsAnEmptyEntry() {
            assertEquals(List.of("", "h2"), alpn("", "h2"));
        }

        @Test
        void mustNotBeMissingOrEmpty() {
            assertMalformed(new HelloBuilder().extension(16));
            assertMalformed(new HelloBuilder().alpn());
        }

        @Test
        void mustNestExactly() {
            assertMalformed(new HelloBuilder().extension(16, 0, 3, 2, 'h', '2', 0));
            assertMalformed(new HelloBuilder().extension(16, 0, 4, 2, 'h', '2'));
            assertMalformed(new HelloBuilder().extension(16, 0, 2, 2, 'h', '2'));
            assertMalformed(new HelloBuilder().extension(16, 0, 3, 3, 'h', '2'));
            assertMalformed(new HelloBuilder().extension(16, 0, 3, 1, 'h', '2'));
            assertMalformed(new HelloBuilder().extension(16, 0));
        }

        @Test
        void hasALimit() {
            String[] most = Collections.nCopies(128, "h2").toArray(String[]::new);
            assertEquals(List.of(most), alpn(most));
            assertMalformed(
                    new HelloBuilder().alpn(Collections.nCopies(129, "h2").toArray(String[]::new)));
        }

        /** Usual lists are known by their bytes, and this one has no byte of the usual list of its length. */
        @Test
        void areNotAUsualListOfTheirLengthOnly() {
            assertEquals(List.of("abcdefghijk"), alpn("abcdefghijk"));
        }

        private static List<String> alpn(String... names) {
            return hello(new HelloBuilder().alpn(names).records()).alpn();
        }
    }

    private static void assertMalformed(HelloBuilder hello) {
        assertRefused(HelloRefusal.MALFORMED, hello.records());
    }
}
