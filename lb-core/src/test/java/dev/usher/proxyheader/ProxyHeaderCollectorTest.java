package dev.usher.proxyheader;

import static dev.usher.proxyheader.Headers.SIGNATURE;
import static dev.usher.proxyheader.Headers.assertReads;
import static dev.usher.proxyheader.Headers.assertReadsWithoutAddresses;
import static dev.usher.proxyheader.Headers.assertRefused;
import static dev.usher.proxyheader.Headers.assertRefusedByItsLastByte;
import static dev.usher.proxyheader.Headers.at;
import static dev.usher.proxyheader.Headers.byteWise;
import static dev.usher.proxyheader.Headers.checksummed;
import static dev.usher.proxyheader.Headers.concat;
import static dev.usher.proxyheader.Headers.hex;
import static dev.usher.proxyheader.Headers.latin1;
import static dev.usher.proxyheader.Headers.tlv;
import static dev.usher.proxyheader.Headers.v2;
import static dev.usher.proxyheader.Headers.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyHeaderCollectorTest {
    /** Section 2.1, the example. */
    private static final byte[] LINE = latin1("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n");

    /** Addresses and ports of {@link #LINE}, as section 2.2 lays them out for IPv4. */
    private static final byte[] IPV4_BLOCK = hex(
            "C0A80001", // source 192.168.0.1
            "C0A8000B", // destination 192.168.0.11
            "DC04", // source port 56324
            "01BB"); // destination port 443

    private static final byte[] IPV6_BLOCK = hex(
            "20010DB8 00000000 00000000 00000001", // source 2001:db8::1
            "20010DB8 0000FFFF 00000000 00000002", // destination 2001:db8:0:ffff::2
            "FFFF", // source port 65535
            "0000"); // destination port 0

    private static final byte[] UNIX_BLOCK = new byte[216];

    private static byte[] proxy4(byte[]... tlvs) {
        return v2(0x21, 0x11, concat(IPV4_BLOCK, concat(tlvs)));
    }

    @Nested
    class Version1 {
        @Test
        void readsTheExampleOfTheSpecification() {
            assertReads("192.168.0.1", 56324, "192.168.0.11", 443, LINE);
        }

        /** The longest lines of section 2.1: 56 and 104 bytes. */
        @Test
        void readsTheLongestLines() {
            byte[] tcp4 = latin1("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n");
            assertEquals(56, tcp4.length);
            assertReads("255.255.255.255", 65535, "255.255.255.255", 65535, tcp4);
            String longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
            byte[] tcp6 = latin1("PROXY TCP6 " + longest + " " + longest + " 65535 65535\r\n");
            assertEquals(104, tcp6.length);
            assertReads(longest, 65535, longest, 65535, tcp6);
        }

        @Test
        void readsTheShortestLines() {
            assertReads("0.0.0.0", 0, "1.2.3.4", 0, latin1("PROXY TCP4 0.0.0.0 1.2.3.4 0 0\r\n"));
            assertReads("::", 0, "::1", 1, latin1("PROXY TCP6 :: ::1 0 1\r\n"));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "2001:db8:0:0:0:0:0:1",
                    "2001:0db8:0000:0000:0000:0000:0000:0001",
                    "2001:DB8::1",
                    "2001:db8:0::1",
                    "2001:db8::0:1",
                    "2001:db8:0:0:0:0::1",
                    "2001:db8:0:0:0:0:0.0.0.1"
                })
        void readsEveryWritingOfAnIpv6Address(String writing) {
            byte[] line = latin1("PROXY TCP6 " + writing + " " + writing + " 1 2\r\n");
            assertReads("2001:db8::1", 1, "2001:db8::1", 2, line);
        }

        /** As HAProxy 2.6 sends it from a socket that is bound with {@code v4v6}. */
        @Test
        void readsMappedAddressesAsIpv4() {
            byte[] line = latin1("PROXY TCP6 ::ffff:127.0.0.1 ::ffff:127.0.0.2 59782 29050\r\n");
            assertReads("127.0.0.1", 59782, "127.0.0.2", 29050, line);
            byte[] inHex = latin1("PROXY TCP6 ::FFFF:7f00:1 2001:db8::1 59782 29050\r\n");
            assertReads("127.0.0.1", 59782, "2001:db8::1", 29050, inHex);
        }

        /** The last one is the worst case of section 2.1, 107 bytes. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "PROXY UNKNOWN\r\n",
                    "PROXY UNKNOWN \r\n",
                    "PROXY UNKNOWN TCP4 300.1.1.1  x\t99999\r\n",
                    "PROXY UNKNOWN \0\u00ff\r\n",
                    "PROXY UNKNOWN a\rb\nc\n\r\r\n",
                    "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
                            + " 65535 65535\r\n"
                })
        void ignoresTheRestOfUnknown(String line) {
            assertReadsWithoutAddresses(latin1(line));
        }

        @Test
        void wantsCrlfWithin107Bytes() {
            String full = "PROXY UNKNOWN " + "x".repeat(91);
            assertReadsWithoutAddresses(latin1(full + "\r\n"));
            assertRefusedByItsLastByte(full + "x\r");
            assertRefused(latin1(full + "x\r\n"));
            assertRefusedByItsLastByte("PROXY TCP4 " + "1".repeat(96));
        }

        /** Everything but the letters of the line so far: refused by the first byte that does not fit. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "Q",
                    "p",
                    "PO",
                    "PROXYT",
                    "PROXY  ",
                    "PROXY\t",
                    "PROXY\r",
                    "PROXY t",
                    "PROXY \r",
                    "PROXY TCP5",
                    "PROXY TCP ",
                    "PROXY TCP46",
                    "PROXY TCP4\t",
                    "PROXY TCP4\r",
                    "PROXY UD",
                    "PROXY UNKNOWn",
                    "PROXY UNKNOWN4",
                    "PROXY UNKNOWN\n",
                    "PROXY UNKNOWN\r\r",
                    "PROXY UNKNOWN\r ",
                    "PROXY TCP4 1.2.3.a",
                    "PROXY TCP4 :",
                    "PROXY TCP4 -",
                    "PROXY TCP4 1.2.3.4\t",
                    "PROXY TCP4 1.2.3.4\0",
                    "PROXY TCP4 1.2.3.4\u00b2",
                    "PROXY TCP6 fe80::1%",
                    "PROXY TCP6 [",
                    "PROXY TCP6 ::g",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 1 +",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\r",
                    "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\rx"
                })
        void refusesTheFirstByteThatDoesNotFit(String line) {
            assertRefusedByItsLastByte(line);
        }

        /** Of right letters, but no header: told by the LF that ends the line, as section 2.1 has it. */
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "TCP4 ",
                    "TCP4 1.2.3.4 5.6.7.8 1",
                    "TCP4 1.2.3.4 5.6.7.8 1 2 3",
                    "TCP4 1.2.3.4 5.6.7.8 1 2 ",
                    "TCP4  1.2.3.4 5.6.7.8 1 2",
                    "TCP4 1.2.3.4  5.6.7.8 1 2",
                    "TCP4 1.2.3.4 5.6.7.8  1 2",
                    "TCP4 1.2.3.4 5.6.7.8 1  2",
                    "TCP4 1.2.3.4 5.6.7.8 01 2",
                    "TCP4 1.2.3.4 5.6.7.8 1 00",
                    "TCP4 1.2.3.4 5.6.7.8 65536 2",
                    "TCP4 1.2.3.4 5.6.7.8 1 65536",
                    "TCP4 1.2.3.4 5.6.7.8 1 100000",
                    "TCP4 1.2.3.4 5.6.7.8 1 4294967297",
                    "TCP4 1.2.3.4 5.6.7.8 1 .",
                    "TCP4 1.2.3.256 5.6.7.8 1 2",
                    "TCP4 1.2.3.04 5.6.7.8 1 2",
                    "TCP4 1.2.3.4 5.6.7.00 1 2",
                    "TCP4 1.2.3 5.6.7.8 1 2",
                    "TCP4 1.2.3.4. 5.6.7.8 1 2",
                    "TCP4 1.2..4 5.6.7.8 1 2",
                    "TCP4 1.2.3.4.5 5.6.7.8 1 2",
                    "TCP4 16909060 5.6.7.8 1 2",
                    "TCP6 1.2.3.4 5.6.7.8 1 2",
                    "TCP6 ::1 5.6.7.8 1 2",
                    "TCP6 1.2.3.4 ::1 1 2",
                    "TCP6 ::1 ::1 a 2",
                    "TCP6 ::1 : 1 2",
                    "TCP6 ::1 ::: 1 2",
                    "TCP6 ::1 1::2::3 1 2",
                    "TCP6 ::1 1:2:3:4:5:6:7 1 2",
                    "TCP6 ::1 1:2:3:4:5:6:7:8:9 1 2",
                    "TCP6 ::1 1:2:3:4::5:6:7:8 1 2",
                    "TCP6 ::1 12345::1 1 2",
                    "TCP6 ::1 1:2:3:4:5:6:7:1.2.3.4 1 2",
                    "TCP6 ::1 1.2.3.4::1 1 2",
                    "TCP6 ::1 ::ffff:1.2.3.04 1 2",
                    "TCP6 ::1 :1:2:3:4:5:6:7 1 2"
                })
        void refusesALineThatIsNoHeader(String line) {
            assertRefusedByItsLastByte("PROXY " + line + "\r\n");
        }
    }

    @Nested
    class Version2 {
        @Test
        void readsIpv4() {
            byte[] header = hex(
                    SIGNATURE,
                    "21", // version 2, PROXY
                    "11", // IPv4, stream
                    "000C", // 12 bytes
                    "C0A80001 C0A8000B DC04 01BB");
            assertReads("192.168.0.1", 56324, "192.168.0.11", 443, header);
        }

        @Test
        void readsIpv6() {
            byte[] header = hex(
                    SIGNATURE,
                    "21", // version 2, PROXY
                    "21", // IPv6, stream
                    "0024", // 36 bytes
                    "20010DB8 00000000 00000000 00000001",
                    "20010DB8 0000FFFF 00000000 00000002",
                    "FFFF 0000");
            assertReads("2001:db8::1", 65535, "2001:db8:0:ffff::2", 0, header);
        }

        /** Sent by HAProxy 2.6 with {@code proxy-v2-options crc32c,unique-id}. */
        @Test
        void readsWhatHaproxySends() {
            byte[] ipv4 = hex(
                    SIGNATURE,
                    "21 11 001F",
                    "7F000001 7F000001 B082 714A",
                    "03 0004 4B1CB3E2", // CRC32C
                    "05 0009 69642D323232302D36"); // UNIQUE_ID "id-2220-6"
            assertReads("127.0.0.1", 45186, "127.0.0.1", 29002, ipv4);
            byte[] mapped = hex(
                    SIGNATURE,
                    "21 21 0037",
                    "00000000 00000000 0000FFFF 7F000001",
                    "00000000 00000000 0000FFFF 7F000001",
                    "9634 717C",
                    "03 0004 EE6AEF59",
                    "05 0009 69642D323232302D38");
            assertReads("127.0.0.1", 38452, "127.0.0.1", 29052, mapped);
            byte[] check = hex(SIGNATURE, "20 00 0007", "03 0004 A9B87E8F"); // LOCAL, from a health check
            assertReadsWithoutAddresses(check);
        }

        @Test
        void readsOneAddressOfEachFamily() {
            byte[] block = concat(hex("00000000 00000000 0000FFFF C0000201"), Arrays.copyOfRange(IPV6_BLOCK, 16, 36));
            assertReads("192.0.2.1", 65535, "2001:db8:0:ffff::2", 0, v2(0x21, 0x21, block));
        }

        /** LOCAL skips by the length and ignores the rest, whatever it is (section 2.2). */
        @Test
        void skipsAllOfLocal() {
            assertReadsWithoutAddresses(v2(0x20, 0x00, new byte[0]));
            assertReadsWithoutAddresses(v2(0x20, 0x11, IPV4_BLOCK));
            assertReadsWithoutAddresses(v2(0x20, 0x11, new byte[3]));
            assertReadsWithoutAddresses(v2(0x20, 0xFF, hex("030004 00000000 01")));
        }

        @Test
        void givesNoAddressesForWhatIsNotTcpOverIp() {
            assertReadsWithoutAddresses(v2(0x21, 0x00, new byte[0]));
            assertReadsWithoutAddresses(v2(0x21, 0x00, hex("01020304")));
            assertReadsWithoutAddresses(v2(0x21, 0x01, IPV4_BLOCK));
            assertReadsWithoutAddresses(v2(0x21, 0x10, new byte[5]));
            assertReadsWithoutAddresses(v2(0x21, 0x12, IPV4_BLOCK));
            assertReadsWithoutAddresses(v2(0x21, 0x22, IPV6_BLOCK));
            assertReadsWithoutAddresses(v2(0x21, 0x31, UNIX_BLOCK));
            assertReadsWithoutAddresses(v2(0x21, 0x32, UNIX_BLOCK));
        }

        @Test
        void refusesTheFirstByteOutOfTheSignature() {
            byte[] signature = hex(SIGNATURE);
            for (int at = 1; at < signature.length; at++) {
                byte[] changed = Arrays.copyOf(signature, at + 1);
                changed[at] ^= 1;
                assertRefusedByItsLastByte(changed);
            }
        }

        @Test
        void takesTwoOfAllVersionsAndCommands() {
            for (int b = 0; b < 256; b++) {
                byte[] opening = concat(hex(SIGNATURE), new byte[] {(byte) b});
                if (b == 0x20 || b == 0x21) {
                    assertEquals(ProxyHeaderResult.NEED_MORE, whole(opening));
                } else {
                    assertRefusedByItsLastByte(opening);
                }
            }
        }

        /** Family 0 to 3 and transport 0 to 2 are specified; "other values must be rejected as invalid". */
        @Test
        void takesTheSpecifiedFamiliesAndTransports() {
            for (int b = 0; b < 256; b++) {
                byte[] proxy = concat(hex(SIGNATURE, "21"), new byte[] {(byte) b});
                if (b >> 4 <= 3 && (b & 0xF) <= 2) {
                    assertEquals(ProxyHeaderResult.NEED_MORE, whole(proxy));
                } else {
                    assertRefusedByItsLastByte(proxy);
                }
                byte[] local = concat(hex(SIGNATURE, "20"), new byte[] {(byte) b});
                assertEquals(ProxyHeaderResult.NEED_MORE, whole(local));
            }
        }

        @Test
        void refusesALengthThatIsShortOfTheAddresses() {
            assertRefusedByItsLastByte(hex(SIGNATURE, "21 11 000B"));
            assertRefusedByItsLastByte(hex(SIGNATURE, "21 11 0000"));
            assertRefusedByItsLastByte(hex(SIGNATURE, "21 12 000B"));
            assertRefusedByItsLastByte(hex(SIGNATURE, "21 21 0023"));
            assertRefusedByItsLastByte(hex(SIGNATURE, "21 22 000C"));
            assertRefusedByItsLastByte(hex(SIGNATURE, "21 31 00D7"));
        }

        @Test
        void readsUpToTheLargestHeader() {
            int rest = ProxyHeaderCollector.MAX_HEADER_BYTES - 16;
            byte[] largest = proxy4(tlv(0x04, new byte[rest - 12 - 3]));
            assertEquals(ProxyHeaderCollector.MAX_HEADER_BYTES, largest.length);
            assertEquals(
                    new ProxyHeaderResult.Header(largest.length, at("192.168.0.1", 56324), at("192.168.0.11", 443)),
                    whole(largest));
            assertEquals(ProxyHeaderResult.NEED_MORE, whole(Arrays.copyOf(largest, largest.length - 1)));
            assertRefusedByItsLastByte(hex(SIGNATURE, String.format("21 11 %04X", rest + 1)));
            assertRefusedByItsLastByte(hex(SIGNATURE, "21 11 FFFF"));
            assertRefusedByItsLastByte(hex(SIGNATURE, "20 00 FFFF"));
        }

        /** Quadratic work over the calls would show here: each byte in its own call, and a thousand times. */
        @Test
        void readsTheLargestHeaderOneByteAtATimeInLinearTime() {
            byte[] largest = proxy4(tlv(0x04, new byte[ProxyHeaderCollector.MAX_HEADER_BYTES - 16 - 12 - 3]));
            assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
                for (int round = 0; round < 1_000; round++) {
                    ProxyHeaderCollector collector = new ProxyHeaderCollector(ProxyVersions.V2);
                    ByteBuffer raw = ByteBuffer.wrap(largest);
                    for (int length = 1; length < largest.length; length++) {
                        if (!collector.collect(raw.limit(length)).equals(ProxyHeaderResult.NEED_MORE)) {
                            throw new AssertionError("decides after " + length + " bytes");
                        }
                    }
                    assertInstanceOf(ProxyHeaderResult.Header.class, collector.collect(raw.limit(largest.length)));
                }
            });
        }
    }

    @Nested
    class Tlvs {
        @Test
        void mayBeOfAnyType() {
            for (int type = 0; type < 256; type++) {
                if (type != 0x03) {
                    byte[] header = proxy4(tlv(type, new byte[0]), tlv(type, new byte[] {1, 2, 3}));
                    assertReads("192.168.0.1", 56324, "192.168.0.11", 443, header);
                }
            }
        }

        /** An empty TLV has the length of its own head. */
        @Test
        void mayEndEmpty() {
            assertReads("192.168.0.1", 56324, "192.168.0.11", 443, proxy4(tlv(0x04, new byte[0])));
        }

        @Test
        void endWhereTheHeaderEnds() {
            assertRefusedByItsLastByte(proxy4(hex("04")));
            assertRefusedByItsLastByte(proxy4(hex("04 00")));
            assertRefusedByItsLastByte(proxy4(hex("04 0001")));
            assertRefusedByItsLastByte(proxy4(hex("04 0002 00")));
            assertRefusedByItsLastByte(proxy4(hex("04 FFFF 00")));
            assertRefusedByItsLastByte(proxy4(hex("04 0001 00 04 00")));
            assertRefusedByItsLastByte(v2(0x21, 0x21, concat(IPV6_BLOCK, hex("04"))));
            assertRefusedByItsLastByte(v2(0x21, 0x12, concat(IPV4_BLOCK, hex("04"))));
            assertRefusedByItsLastByte(v2(0x21, 0x31, concat(UNIX_BLOCK, hex("04"))));
        }

        /** A TLV that runs past the header is not completed by the stream's bytes. */
        @Test
        void takeNothingFromTheStream() {
            assertRefused(concat(proxy4(hex("04 0004 00")), new byte[8]));
        }

        @Test
        void areCheckedAgainstTheChecksum() {
            for (byte[] behind : new byte[][] {{}, tlv(0x05, latin1("id"))}) {
                byte[] header = checksummed(proxy4(tlv(0x02, latin1("a.example")), tlv(0x03, new byte[4]), behind), 43);
                assertReads("192.168.0.1", 56324, "192.168.0.11", 443, header);
                for (int bit = 0; bit < 32; bit++) {
                    byte[] wrong = header.clone();
                    wrong[43 + bit / 8] ^= (byte) (1 << bit % 8);
                    assertRefusedByItsLastByte(wrong);
                }
            }
        }

        @Test
        void areCheckedWhereverTheBufferStands() {
            byte[] header = checksummed(proxy4(tlv(0x03, new byte[4])), 31);
            ByteBuffer raw = ByteBuffer.allocateDirect(100).position(7);
            raw.put(header).put((byte) 22).flip().position(7);
            ProxyHeaderResult result = new ProxyHeaderCollector(ProxyVersions.V2).collect(raw.asReadOnlyBuffer());
            assertEquals(whole(header), result);
            assertInstanceOf(ProxyHeaderResult.Header.class, result);
        }

        @Test
        void haveOneChecksumOfFourBytes() {
            assertRefused(proxy4(tlv(0x03, new byte[3])));
            assertRefused(proxy4(tlv(0x03, new byte[5])));
            assertRefused(proxy4(tlv(0x03, new byte[0])));
            byte[] twice = proxy4(tlv(0x03, new byte[4]), tlv(0x03, new byte[4]));
            String detail = "the checksum of a PROXY header must be one, of 4 bytes";
            assertEquals(new ProxyHeaderResult.Refused(detail), whole(checksummed(twice, 31)));
        }

        /** RFC 3720 appendix B.4, the tests' own sum against published ones. */
        @Test
        void areSummedRightByTheseTests() {
            assertEquals(0x8A9136AA, Headers.crc32c(new byte[32]));
            assertEquals(0xE3069283, Headers.crc32c(latin1("123456789")));
        }
    }

    @Nested
    class Accepted {
        @Test
        void readsTheVersionThatItIsToldTo() {
            byte[] block = proxy4();
            assertInstanceOf(ProxyHeaderResult.Header.class, whole(ProxyVersions.V1, LINE));
            assertInstanceOf(ProxyHeaderResult.Header.class, whole(ProxyVersions.V2, block));
            assertInstanceOf(ProxyHeaderResult.Refused.class, whole(ProxyVersions.V1, block));
            assertInstanceOf(ProxyHeaderResult.Refused.class, whole(ProxyVersions.V2, LINE));
        }

        @Test
        void refusesEverythingElseByItsFirstByte() {
            for (ProxyVersions accepted : ProxyVersions.values()) {
                for (int b = 0; b < 256; b++) {
                    boolean begins =
                            (b == 'P' && accepted != ProxyVersions.V2) || (b == '\r' && accepted != ProxyVersions.V1);
                    ProxyHeaderResult result = whole(accepted, new byte[] {(byte) b});
                    if (begins) {
                        assertEquals(ProxyHeaderResult.NEED_MORE, result);
                    } else {
                        Headers.assertTellsALog(assertInstanceOf(ProxyHeaderResult.Refused.class, result));
                    }
                }
            }
        }

        @Test
        void saysWhatItRefuses() {
            assertEquals(new ProxyHeaderResult.Refused("byte 0 is 0x16, not of a PROXY header"), whole(hex("160301")));
            assertEquals(new ProxyHeaderResult.Refused("byte 0 is 0x20, not of a PROXY header"), whole(latin1(" ")));
            assertEquals(new ProxyHeaderResult.Refused("byte 0 is '~', not of a PROXY header"), whole(latin1("~")));
            assertEquals(
                    new ProxyHeaderResult.Refused("byte 0 is 'P', not of a PROXY header of version 2"),
                    whole(ProxyVersions.V2, LINE));
            assertEquals(
                    new ProxyHeaderResult.Refused("source \"1.2.3.256\" is not an address of TCP4"),
                    whole(latin1("PROXY TCP4 1.2.3.256 5.6.7.8 1 2\r\n")));
            assertEquals(
                    new ProxyHeaderResult.Refused("a PROXY header with 2 bytes left over"),
                    whole(proxy4(hex("04 00"))));
            assertEquals(
                    new ProxyHeaderResult.Refused("PROXY TLV 4 wants 2 bytes, 1 left"),
                    whole(proxy4(hex("04 0002 00"))));
        }
    }

    @Nested
    class Stream {
        /** The header, by its length, and not a byte more; a second header is the stream's. */
        @Test
        void isLeftAsItIs() {
            for (byte[] header : new byte[][] {LINE, proxy4(), latin1("PROXY UNKNOWN\r\n"), v2(0x20, 0, new byte[9])}) {
                ProxyHeaderResult alone = whole(header);
                assertEquals(
                        header.length,
                        assertInstanceOf(ProxyHeaderResult.Header.class, alone).length());
                for (byte[] stream : new byte[][] {hex("16 03 01 02 00"), LINE, proxy4(), hex("0A"), new byte[300]}) {
                    assertEquals(alone, byteWise(concat(header, stream)));
                }
            }
        }

        @Test
        void isWaitedForAtAnySplit() {
            for (byte[] header : new byte[][] {LINE, proxy4(tlv(0x02, latin1("a.example")))}) {
                ProxyHeaderResult expected = whole(header);
                for (int first = 0; first < header.length; first++) {
                    for (int second = first; second < header.length; second++) {
                        ProxyHeaderCollector collector = new ProxyHeaderCollector(ProxyVersions.ANY);
                        ByteBuffer raw = ByteBuffer.wrap(header);
                        assertEquals(ProxyHeaderResult.NEED_MORE, collector.collect(raw.limit(first)));
                        assertEquals(ProxyHeaderResult.NEED_MORE, collector.collect(raw.limit(second)));
                        assertEquals(expected, collector.collect(raw.limit(header.length)));
                    }
                }
            }
        }

        @Test
        void mayLieInAnyBufferThatIsLeftAsItIs() {
            ByteBuffer direct = ByteBuffer.allocateDirect(LINE.length + 8);
            direct.put(3, LINE).position(3).limit(3 + LINE.length);
            ProxyHeaderCollector collector = new ProxyHeaderCollector(ProxyVersions.ANY);
            assertEquals(ProxyHeaderResult.NEED_MORE, collector.collect(ByteBuffer.wrap(LINE, 0, 20)));
            assertEquals(whole(LINE), collector.collect(direct.asReadOnlyBuffer()));
            assertEquals(whole(LINE), new ProxyHeaderCollector(ProxyVersions.ANY).collect(direct));
            assertEquals(3, direct.position());
            assertEquals(3 + LINE.length, direct.limit());
        }
    }

    @Test
    void givesBothAddressesOrNeither() {
        assertThrows(IllegalArgumentException.class, () -> new ProxyHeaderResult.Header(16, at("::1", 1), null));
        assertThrows(IllegalArgumentException.class, () -> new ProxyHeaderResult.Header(16, null, at("::1", 1)));
    }
}
