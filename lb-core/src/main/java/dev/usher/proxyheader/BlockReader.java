package dev.usher.proxyheader;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads a header of version 2 (section 2.2). Numbers are big-endian.
 *
 * <pre>
 * opaque signature[12]     0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A
 * uint4  version           2
 * uint4  command           0 LOCAL, 1 PROXY
 * uint4  family            0 unspecified, 1 IPv4, 2 IPv6, 3 UNIX
 * uint4  transport         0 unspecified, 1 stream, 2 datagram
 * uint16 length            of the bytes that follow
 *   opaque source          4 bytes, 16 or 108, by the family
 *   opaque destination     same size
 *   uint16 source port     not for UNIX
 *   uint16 destination port
 *   TLVs up to the end     uint8 type, uint16 length, opaque value
 * </pre>
 *
 * In a LOCAL header, everything after the command is discarded unread, as the specification demands. The same goes for
 * everything after the length if family or transport is unspecified: without the length of the addresses, the start of
 * the TLVs is unknown.
 */
final class BlockReader implements HeaderReader {
    static final int FIRST_BYTE = 0x0D;

    static final int FIXED_BYTES = 16;
    static final int VERSION = 2;
    static final int LOCAL = 0;
    static final int PROXY = 1;
    static final int IPV4 = 1;
    static final int IPV6 = 2;
    static final int STREAM = 1;
    static final int IPV4_ADDRESS_BYTES = 12;
    static final int IPV6_ADDRESS_BYTES = 36;
    static final int TLV_HEADER_BYTES = 3;
    static final int CRC32C_TYPE = 0x03; // section 2.2.3
    static final int CRC32C_BYTES = 4;

    private static final byte[] SIGNATURE = {
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 'Q', 'U', 'I', 'T', 0x0A,
    };
    private static final int VERSION_OFFSET = 12;
    private static final int FAMILY_OFFSET = 13;
    private static final int LENGTH_OFFSET = 14;
    private static final int UNSPECIFIED = 0;
    private static final int UNIX = 3;
    private static final int UNIX_ADDRESS_BYTES = 216;
    private static final int MAX_TRANSPORT = 2;

    /** Bytes of the fixed part that were received and found right. */
    private int checked;

    private int command;
    private int family;
    private int transport;
    /** Length of the whole header; 0 until known. */
    private int headerBytes;

    /** Writes the signature. */
    static void putSignature(ByteBuffer into) {
        into.put(SIGNATURE);
    }

    @Override
    public ProxyHeaderResult read(ByteBuffer raw) throws RefusedHeaderException {
        while (checked < FIXED_BYTES && checked < raw.remaining()) {
            check(raw);
            checked++;
        }
        if (checked < FIXED_BYTES || raw.remaining() < headerBytes) {
            return ProxyHeaderResult.NEED_MORE;
        }
        return header(raw);
    }

    /** Checks the next byte of the fixed part. */
    private void check(ByteBuffer raw) throws RefusedHeaderException {
        int b = uint8(raw, checked);
        if (checked < VERSION_OFFSET) {
            if (b != Byte.toUnsignedInt(SIGNATURE[checked])) {
                throw RefusedHeaderException.unexpected(b, checked, "the signature of PROXY version 2");
            }
        } else if (checked == VERSION_OFFSET) {
            checkCommand(b >> 4, b & 0xF);
        } else if (checked == FAMILY_OFFSET) {
            checkFamily(b >> 4, b & 0xF);
        } else if (checked == FIXED_BYTES - 1) {
            checkLength(uint16(raw, LENGTH_OFFSET));
        }
    }

    private void checkCommand(int version, int command) throws RefusedHeaderException {
        if (version != VERSION) {
            throw new RefusedHeaderException("PROXY version " + version + " after the signature of version 2");
        }
        if (command != LOCAL && command != PROXY) {
            throw new RefusedHeaderException("PROXY command " + command + " is neither LOCAL nor PROXY");
        }
        this.command = command;
    }

    private void checkFamily(int family, int transport) throws RefusedHeaderException {
        if (command == PROXY && (family > UNIX || transport > MAX_TRANSPORT)) {
            throw new RefusedHeaderException("PROXY family " + family + " with transport " + transport);
        }
        this.family = family;
        this.transport = transport;
    }

    private void checkLength(int length) throws RefusedHeaderException {
        headerBytes = FIXED_BYTES + length;
        if (headerBytes > ProxyHeaderCollector.MAX_HEADER_BYTES) {
            throw new RefusedHeaderException("a PROXY header of " + headerBytes + " bytes, at most "
                    + ProxyHeaderCollector.MAX_HEADER_BYTES + " are read");
        }
        if (hasAddresses() && length < addressBytes()) {
            throw new RefusedHeaderException(
                    "PROXY family " + family + " takes " + addressBytes() + " bytes of addresses, not " + length);
        }
    }

    private boolean hasAddresses() {
        return command == PROXY && family != UNSPECIFIED && transport != UNSPECIFIED;
    }

    private int addressBytes() {
        return switch (family) {
            case IPV4 -> IPV4_ADDRESS_BYTES;
            case IPV6 -> IPV6_ADDRESS_BYTES;
            default -> UNIX_ADDRESS_BYTES;
        };
    }

    /** Reads a complete header, whose length covers its addresses. */
    private ProxyHeaderResult header(ByteBuffer raw) throws RefusedHeaderException {
        if (!hasAddresses()) {
            return new ProxyHeaderResult.Header(headerBytes, null, null);
        }
        walkTlvs(raw, FIXED_BYTES + addressBytes());
        if (family == UNIX || transport != STREAM) {
            return new ProxyHeaderResult.Header(headerBytes, null, null);
        }
        int ipBytes = family == IPV4 ? 4 : 16;
        int ports = FIXED_BYTES + 2 * ipBytes;
        return new ProxyHeaderResult.Header(
                headerBytes,
                socketAddress(raw, FIXED_BYTES, ipBytes, ports),
                socketAddress(raw, FIXED_BYTES + ipBytes, ipBytes, ports + 2));
    }

    private static InetSocketAddress socketAddress(ByteBuffer raw, int at, int ipBytes, int portAt) {
        byte[] address = new byte[ipBytes];
        raw.get(raw.position() + at, address);
        return HeaderReader.socketAddress(address, uint16(raw, portAt));
    }

    /**
     * Checks that the TLVs end where the header ends, and verifies the checksum if there is one. Reads no other TLV.
     */
    private void walkTlvs(ByteBuffer raw, int start) throws RefusedHeaderException {
        boolean verified = false;
        int at = start;
        while (at < headerBytes) {
            if (headerBytes - at < TLV_HEADER_BYTES) {
                throw new RefusedHeaderException("a PROXY header with " + (headerBytes - at) + " bytes left over");
            }
            int type = uint8(raw, at);
            int length = uint16(raw, at + 1);
            at += TLV_HEADER_BYTES;
            if (length > headerBytes - at) {
                throw new RefusedHeaderException(
                        "PROXY TLV " + type + " wants " + length + " bytes, " + (headerBytes - at) + " left");
            }
            if (type == CRC32C_TYPE) {
                // Two checksums would be ambiguous: when computing one, readers differ about zeroing the other.
                if (length != CRC32C_BYTES || verified) {
                    throw new RefusedHeaderException("the checksum of a PROXY header must be one, of 4 bytes");
                }
                verify(raw, at);
                verified = true;
            }
            at += length;
        }
    }

    private void verify(ByteBuffer raw, int at) throws RefusedHeaderException {
        int expected = checksum(raw, raw.position(), headerBytes, at);
        int given = uint16(raw, at) << 16 | uint16(raw, at + 2);
        if (given != expected) {
            throw new RefusedHeaderException(
                    String.format("the checksum of the PROXY header is %08x, its bytes have %08x", given, expected));
        }
    }

    /**
     * CRC32c (RFC 4960 appendix B) of a whole header, with the checksum field taken as zero (section 2.2.3).
     *
     * @param start absolute index of the header
     * @param length bytes of the header
     * @param at offset of the four-byte checksum within the header
     */
    static int checksum(ByteBuffer bytes, int start, int length, int at) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.slice(start, at));
        for (int i = 0; i < CRC32C_BYTES; i++) {
            crc.update(0);
        }
        int after = at + CRC32C_BYTES;
        crc.update(bytes.slice(start + after, length - after));
        return (int) crc.getValue();
    }

    private static int uint8(ByteBuffer raw, int at) {
        return Byte.toUnsignedInt(raw.get(raw.position() + at));
    }

    private static int uint16(ByteBuffer raw, int at) {
        return uint8(raw, at) << 8 | uint8(raw, at + 1);
    }
}
