package dev.usher.sim;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The words of a proxy ahead of a client's own: a PROXY header, which usher reads and no backend gets. */
final class Preface {
    static final Preface NONE = new Preface(new byte[0], null);

    private static final byte[] SIGNATURE = {13, 10, 13, 10, 0, 13, 10, 'Q', 'U', 'I', 'T', 10};
    private static final int PROXY = 0x21;
    private static final int LOCAL = 0x20;
    private static final int TCP4 = 0x11;
    private static final int ADDRESSES_BYTES = 12;
    /** PP2_TYPE_NOOP. */
    private static final byte[] EMPTY_TLV = {4, 0, 0};

    private final byte[] header;
    private final @Nullable InetSocketAddress told;

    private Preface(byte[] header, @Nullable InetSocketAddress told) {
        this.header = header;
        this.told = told;
    }

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
            case 1 -> new Preface(binary(LOCAL, 0, new byte[chance.below(300)]), null);
            case 2 -> {
                InetSocketAddress told = source(chance);
                yield new Preface(text(told), told);
            }
            default -> {
                InetSocketAddress told = source(chance);
                yield new Preface(binary(PROXY, TCP4, addresses(told, chance.below(2) * EMPTY_TLV.length)), told);
            }
        };
    }

    private static byte[] addresses(InetSocketAddress told, int more) {
        byte[] block = new byte[ADDRESSES_BYTES + more];
        ByteBuffer.wrap(block)
                .put(told.getAddress().getAddress())
                .put(new byte[] {(byte) 192, 0, 2, 9})
                .putShort((short) told.getPort())
                .putShort((short) 443)
                .put(EMPTY_TLV, 0, more);
        return block;
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

    private static byte[] binary(int command, int family, byte[] block) {
        byte[] header = new byte[SIGNATURE.length + 4 + block.length];
        ByteBuffer.wrap(header)
                .put(SIGNATURE)
                .put((byte) command)
                .put((byte) family)
                .putShort((short) block.length)
                .put(block);
        return header;
    }

    private static Preface spoilt(byte[] header, Chance chance) {
        header[chance.below(2) == 0 ? 0 : header.length - 1] = '?';
        return new Preface(header, null);
    }

    int length() {
        return header.length;
    }

    /** The words, and a client's own behind them. */
    byte[] before(byte[] opening) {
        byte[] both = Arrays.copyOf(header, header.length + opening.length);
        System.arraycopy(opening, 0, both, header.length, opening.length);
        return both;
    }

    /** The address of the client in the header; null if the header tells none. */
    @Nullable
    InetSocketAddress told() {
        return told;
    }
}
