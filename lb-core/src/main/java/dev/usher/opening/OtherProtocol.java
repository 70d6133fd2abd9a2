package dev.usher.opening;

import dev.usher.config.NotTls;
import dev.usher.config.NotTls.Protocol;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Recognises a protocol other than TLS by exact first bytes, as few as are certain. The first byte of a TLS handshake
 * begins none of the protocols.
 *
 * <pre>
 * SSH           "SSH-2.0-", or an older version         RFC 4253 sections 4.2 and 5.1
 *
 * OpenVPN over TCP                                      the limits of its own port-share option
 *   uint16 length                   14..255; 336..1278 with the client's key, as tls-crypt-v2 sends
 *   uint8  opcode and key id        7 in the upper five bits, 10 with the client's key; key 0
 * </pre>
 */
final class OtherProtocol {
    private static final List<byte[]> SSH = Stream.of("SSH-2.0-", "SSH-1.99-", "SSH-1.5-")
            .map(version -> version.getBytes(StandardCharsets.US_ASCII))
            .toList();

    private static final int OPENVPN_RESET = 7 << 3;
    private static final int OPENVPN_RESET_WITH_KEY = 10 << 3;
    /** Bounds of the packet's length, and of the length of a packet with a key. */
    private static final int MIN_RESET = 14;

    private static final int MAX_RESET = 255;
    private static final int MIN_WITH_KEY = 336;
    private static final int MAX_WITH_KEY = 1278;

    private enum Match {
        YES,
        NO,
        UNCLEAR
    }

    private OtherProtocol() {}

    /**
     * Looks for the protocols that have a pool.
     *
     * @param soFar at least a byte, from position to limit; position and limit are left alone
     * @return null if the bytes are of no protocol with a pool; {@link NotTls#other} is not considered
     */
    static @Nullable Step look(ByteBuffer soFar, NotTls pools) {
        Match ssh = pools.ssh() == null ? Match.NO : ssh(soFar);
        Match openVpn = pools.openvpn() == null ? Match.NO : openVpn(soFar);
        if (ssh == Match.YES) {
            return whole(Protocol.SSH);
        }
        if (openVpn == Match.YES) {
            return whole(Protocol.OPENVPN);
        }
        return ssh == Match.UNCLEAR || openVpn == Match.UNCLEAR ? Step.NEED_MORE : null;
    }

    static Step whole(Protocol protocol) {
        return new Step.Whole(new Destination.Other(protocol), 0);
    }

    private static Match ssh(ByteBuffer soFar) {
        Match best = Match.NO;
        for (byte[] version : SSH) {
            int common = Math.min(version.length, soFar.remaining());
            if (soFar.slice(soFar.position(), common).equals(ByteBuffer.wrap(version, 0, common))) {
                if (common == version.length) {
                    return Match.YES;
                }
                best = Match.UNCLEAR;
            }
        }
        return best;
    }

    private static Match openVpn(ByteBuffer soFar) {
        int come = soFar.remaining();
        int least = uint8(soFar, 0) << 8 | (come > 1 ? uint8(soFar, 1) : 0);
        int most = come > 1 ? least : least | 0xFF;
        boolean reset = least <= MAX_RESET && most >= MIN_RESET;
        boolean withKey = least <= MAX_WITH_KEY && most >= MIN_WITH_KEY;
        if (come > 2) {
            int opcode = uint8(soFar, 2);
            return (reset && opcode == OPENVPN_RESET) || (withKey && opcode == OPENVPN_RESET_WITH_KEY)
                    ? Match.YES
                    : Match.NO;
        }
        return reset || withKey ? Match.UNCLEAR : Match.NO;
    }

    private static int uint8(ByteBuffer bytes, int offset) {
        return Byte.toUnsignedInt(bytes.get(bytes.position() + offset));
    }
}
