package dev.usher.proxyheader;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contents of a version 2 header besides the addresses. A TLV about TLS (PP2_TYPE_SSL) is missing: only a proxy
 * that terminates TLS can send such a TLV.
 *
 * <p>Text stands for bytes as in a {@code ClientHello}: printable ASCII stands for itself, a backslash is {@code \\},
 * and any other byte is {@code \x} with two hex digits.
 *
 * @param authority PP2_TYPE_AUTHORITY, the server name exactly as the client sent it; at most
 *     {@value #MAX_AUTHORITY_BYTES} bytes; null if the client sent none
 * @param alpn PP2_TYPE_ALPN, the protocol in use; at most {@value #MAX_ALPN_BYTES} bytes; null if unknown
 * @param uniqueId PP2_TYPE_UNIQUE_ID, opaque; 1..{@value #MAX_UNIQUE_ID_BYTES} bytes; null for none
 * @param crc32c whether to write PP2_TYPE_CRC32C, the checksum over the header
 */
public record ProxyTlvs(
        @Nullable String authority,
        @Nullable String alpn,
        @Nullable String uniqueId,
        boolean crc32c) {
    /** No TLVs. */
    public static final ProxyTlvs NONE = new ProxyTlvs(null, null, null, false);

    /** The longest DNS name, 253 characters (RFC 1035 section 2.3.4), with a trailing dot. */
    public static final int MAX_AUTHORITY_BYTES = 254;
    /** The longest protocol name; the length is one byte (RFC 7301 section 3.1). */
    public static final int MAX_ALPN_BYTES = 255;
    /** The longest unique id (PROXY protocol specification, section 2.2.5). */
    public static final int MAX_UNIQUE_ID_BYTES = 128;

    private static final int ALPN_TYPE = 0x01; // section 2.2.1
    private static final int AUTHORITY_TYPE = 0x02; // section 2.2.2
    private static final int UNIQUE_ID_TYPE = 0x05; // section 2.2.5

    static final int MAX_BYTES = BlockReader.TLV_HEADER_BYTES * 4
            + MAX_AUTHORITY_BYTES
            + MAX_ALPN_BYTES
            + MAX_UNIQUE_ID_BYTES
            + BlockReader.CRC32C_BYTES;

    public ProxyTlvs {
        checkLength(authority, MAX_AUTHORITY_BYTES, "authority");
        checkLength(alpn, MAX_ALPN_BYTES, "alpn");
        checkLength(uniqueId, MAX_UNIQUE_ID_BYTES, "unique id");
    }

    /**
     * The TLVs for a ClientHello, with a checksum. The ALPN TLV is for the protocol in use, but the backend only
     * chooses after the header. With a single offer, the protocol in use is that offer or none, so the TLV is written;
     * with several offers, the choice is unknown, and the TLV is left out.
     *
     * @param sentName the server name as the client wrote it; null if the hello has none
     * @param offeredAlpn protocols that the client offers
     * @param uniqueId of the session, the same as in its log line
     */
    public static ProxyTlvs ofHello(@Nullable String sentName, List<String> offeredAlpn, @Nullable String uniqueId) {
        boolean known = offeredAlpn.size() == 1 && !offeredAlpn.getFirst().isEmpty();
        return new ProxyTlvs(sentName, known ? offeredAlpn.getFirst() : null, uniqueId, true);
    }

    private static void checkLength(@Nullable String text, int max, String what) {
        if (text == null) {
            return;
        }
        int length = EscapedText.length(text);
        if (length == 0 || length > max) {
            throw new IllegalArgumentException(what + " must be 1.." + max + " bytes, was " + length);
        }
    }

    /** The number of bytes that {@link #put} writes. */
    int bytes() {
        int checksum = crc32c ? BlockReader.TLV_HEADER_BYTES + BlockReader.CRC32C_BYTES : 0;
        return bytes(alpn) + bytes(authority) + bytes(uniqueId) + checksum;
    }

    private static int bytes(@Nullable String text) {
        return text == null ? 0 : BlockReader.TLV_HEADER_BYTES + EscapedText.length(text);
    }

    /** Writes the TLVs; the checksum comes last, as zero. */
    void put(ByteBuffer into) {
        put(into, ALPN_TYPE, alpn);
        put(into, AUTHORITY_TYPE, authority);
        put(into, UNIQUE_ID_TYPE, uniqueId);
        if (crc32c) {
            putHeader(into, BlockReader.CRC32C_TYPE, BlockReader.CRC32C_BYTES);
            ProxyHeader.put16(into, 0);
            ProxyHeader.put16(into, 0);
        }
    }

    private static void put(ByteBuffer into, int type, @Nullable String text) {
        if (text != null) {
            putHeader(into, type, EscapedText.length(text));
            EscapedText.put(into, text);
        }
    }

    private static void putHeader(ByteBuffer into, int type, int length) {
        into.put((byte) type);
        ProxyHeader.put16(into, length);
    }
}
