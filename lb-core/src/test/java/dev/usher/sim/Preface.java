package dev.usher.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The words of a proxy ahead of a client's own: a PROXY header, which usher reads and no backend gets.
 *
 * @param told the address of the client in the header; null if the header tells none
 */
record Preface(byte[] bytes, @Nullable InetSocketAddress told) {
    static final Preface NONE = new Preface(new byte[0], null);

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final int PROXY = 0x21;
    private static final int LOCAL = 0x20;
    private static final int TCP4 = 0x11;
    private static final int ADDRESSES_BYTES = 12;

    /** A header of either version, with or without an address; or one whose last byte is wrong. */
    static Preface of(SimClient.Kind kind, Chance chance) {
        return switch (kind) {
            case PROXIED -> header(chance);
            case MISTOLD -> spoilt(text(source(chance)), chance);
            default -> NONE;
        };
    }

    private static Preface header(Chance chance) {
        return switch (chance.below(4)) {
            case 0 -> new Preface(text("UNKNOWN"), null);
            case 1 -> new Preface(binary(LOCAL, 0, chance.below(300)).array(), null);
            case 2 -> {
                InetSocketAddress told = source(chance);
                yield new Preface(text(told), told);
            }
            default -> {
                InetSocketAddress told = source(chance);
                ByteBuffer header = binary(PROXY, TCP4, ADDRESSES_BYTES + chance.below(2) * 7);
                header.put(told.getAddress().getAddress()).put(new byte[] {(byte) 192, 0, 2, 9});
                header.putShort((short) told.getPort()).putShort((short) 443);
                if (header.hasRemaining()) {
                    header.put(new byte[] {4, 0, 4}); // a TLV that says nothing
                }
                yield new Preface(header.array(), told);
            }
        };
    }

    /** Every client has an address of its own. */
    private static InetSocketAddress source(Chance chance) {
        byte[] address = {(byte) 198, 18, (byte) chance.below(256), (byte) chance.below(256)};
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), chance.between(1, 65_535));
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static byte[] text(InetSocketAddress told) {
        return text("TCP4 " + told.getAddress().getHostAddress() + " 192.0.2.9 " + told.getPort() + " 443");
    }

    private static byte[] text(String words) {
        return ("PROXY " + words + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static ByteBuffer binary(int command, int family, int block) {
        return ByteBuffer.allocate(SIGNATURE.length + 4 + block)
                .put(SIGNATURE)
                .put((byte) command)
                .put((byte) family)
                .putShort((short) block);
    }

    private static Preface spoilt(byte[] header, Chance chance) {
        header[chance.below(2) == 0 ? 0 : header.length - 1] = '?';
        return new Preface(header, null);
    }

    int length() {
        return bytes.length;
    }
}
