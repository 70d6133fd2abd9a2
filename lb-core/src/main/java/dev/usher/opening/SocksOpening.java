package dev.usher.opening;

import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.Printable;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.http.Answer;
import dev.usher.http.PlainRequest;
import dev.usher.login.Credentials;
import dev.usher.name.ServerName;
import dev.usher.tls.Alert;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A SOCKS client, which asks for a connection to a host and a port: SOCKS 4, 4a and 5. Every message has a bounded
 * length. Bytes that come before their turn are kept, and read in their turn: nothing that usher says changes their
 * meaning.
 *
 * <pre>
 * SOCKS 5, RFC 1928          client 05 n methods      usher 05 method
 *                            client 01 n name n password   (RFC 1929, after method 02)
 *                                                     usher 01 status
 *                            client 05 01 00 type address port
 *                                                     usher 05 reply 00 01 00000000 0000
 *   type 01: IPv4; 03: a length and a name; 04: IPv6
 *
 * SOCKS 4 and 4a             client 04 01 port IPv4 user 00 [name 00]
 *                                                     usher 00 reply 0000 00000000
 *   a name stands behind an IPv4 of 0.0.0.x, if x is not 0
 * </pre>
 */
public final class SocksOpening implements Opening {
    private static final Answer USE_SOCKS =
            new Answer(400, null, "This port speaks SOCKS: set it as a SOCKS proxy, not as an HTTP proxy.");

    private static final byte TLS_HANDSHAKE = 22;
    private static final int CONNECT = 1;

    private static final int NO_AUTHENTICATION = 0;
    private static final int PASSWORD = 2;
    private static final int NO_METHOD = 0xFF;

    private static final int IPV4 = 1;
    private static final int NAME = 3;
    private static final int IPV6 = 4;
    private static final int HEAD_BYTES = 4;
    private static final int PORT_BYTES = 2;

    private static final int SOCKS4_HEAD_BYTES = 8;
    /** The longest user and the longest name of SOCKS 4, which ends both with a zero alone. */
    private static final int MAX_TEXT_BYTES = 255;

    private static final byte GRANTED_4 = 90;
    private static final byte REFUSED_4 = 91;

    /** The message awaited; decides how a refusal is written. */
    private enum Awaited {
        /** The first message, of an unknown version. */
        ANY,
        METHODS,
        PASSWORD,
        /** The word of the caller that the user is known. */
        CHECK,
        REQUEST_5,
        REQUEST_4
    }

    private final ListenerConfig listener;
    private Awaited awaited = Awaited.ANY;
    /** The answer to a client that speaks another protocol; else null. */
    private @Nullable ByteBuffer otherWord;
    /** Null until the request is whole. */
    private @Nullable Opening within;
    /** True exactly if the fault of a request is the kind of its address. */
    private boolean unknownAddress;

    public SocksOpening(ListenerConfig listener) {
        this.listener = listener;
    }

    @Override
    public Step read(ByteBuffer soFar) {
        if (awaited == Awaited.CHECK) {
            awaited = Awaited.REQUEST_5;
            return new Step.Reply(ByteBuffer.wrap(new byte[] {1, 0}), 0);
        }
        if (!soFar.hasRemaining()) {
            return Step.NEED_MORE;
        }
        return switch (awaited) {
            case CHECK -> throw new IllegalStateException("handled above");
            case PASSWORD -> password(soFar);
            case ANY -> first(soFar);
            case METHODS -> methods(soFar);
            case REQUEST_4 -> request4(soFar);
            case REQUEST_5 -> request5(soFar);
        };
    }

    private Step first(ByteBuffer soFar) {
        switch (uint8(soFar, 0)) {
            case 4 -> awaited = Awaited.REQUEST_4;
            case 5 -> awaited = Awaited.METHODS;
            default -> {
                return otherProtocol(soFar);
            }
        }
        return read(soFar);
    }

    private Step otherProtocol(ByteBuffer soFar) {
        PlainRequest plain = PlainRequest.look(soFar);
        if (plain == PlainRequest.UNCLEAR) {
            return Step.NEED_MORE;
        }
        if (plain == PlainRequest.YES) {
            otherWord = USE_SOCKS.bytes(false);
        } else if (soFar.get(soFar.position()) == TLS_HANDSHAKE) {
            otherWord = Alert.UNEXPECTED_MESSAGE.record();
        }
        return new Step.Refused(CloseReason.NOT_SOCKS, "begins with byte " + uint8(soFar, 0));
    }

    // ---- SOCKS 5 ----

    private Step methods(ByteBuffer soFar) {
        if (soFar.remaining() < 2 || soFar.remaining() < 2 + uint8(soFar, 1)) {
            return Step.NEED_MORE;
        }
        int end = 2 + uint8(soFar, 1);
        int method = listener.forwardProxy().users() == null ? NO_AUTHENTICATION : PASSWORD;
        for (int at = 2; at < end; at++) {
            if (uint8(soFar, at) == method) {
                awaited = method == PASSWORD ? Awaited.PASSWORD : Awaited.REQUEST_5;
                return new Step.Reply(ByteBuffer.wrap(new byte[] {5, (byte) method}), end);
            }
        }
        return new Step.Refused(CloseReason.AUTH_METHOD, "no method of authentication that the listener takes");
    }

    private Step password(ByteBuffer soFar) {
        if (uint8(soFar, 0) != 1 || (soFar.remaining() > 1 && uint8(soFar, 1) == 0)) {
            return new Step.Refused(
                    CloseReason.MALFORMED_SOCKS, "a password without its fixed byte, or without a name");
        }
        int nameEnd = soFar.remaining() < 2 ? soFar.remaining() : 2 + uint8(soFar, 1);
        if (soFar.remaining() <= nameEnd || soFar.remaining() <= nameEnd + uint8(soFar, nameEnd)) {
            return Step.NEED_MORE;
        }
        int length = uint8(soFar, nameEnd);
        awaited = Awaited.CHECK;
        return new Step.Check(
                new Credentials(utf8(soFar, 2, nameEnd - 2), utf8(soFar, nameEnd + 1, length)), nameEnd + 1 + length);
    }

    private Step request5(ByteBuffer soFar) {
        int come = soFar.remaining();
        // In the order of the bytes: then the reason is the same however the network cuts the request.
        if (uint8(soFar, 0) != 5) {
            return new Step.Refused(CloseReason.MALFORMED_SOCKS, "a request without its version");
        }
        if (come > 1 && uint8(soFar, 1) != CONNECT) {
            return new Step.Refused(CloseReason.SOCKS_COMMAND, "command " + uint8(soFar, 1));
        }
        if (come > 2 && uint8(soFar, 2) != 0) {
            return new Step.Refused(CloseReason.MALFORMED_SOCKS, "a request without its reserved byte");
        }
        if (come <= HEAD_BYTES) {
            return Step.NEED_MORE;
        }
        return switch (uint8(soFar, HEAD_BYTES - 1)) {
            case IPV4 -> address5(soFar, 4);
            case IPV6 -> address5(soFar, 16);
            case NAME -> name5(soFar, uint8(soFar, HEAD_BYTES));
            default -> {
                unknownAddress = true;
                yield new Step.Refused(CloseReason.SOCKS_COMMAND, "an address of type " + uint8(soFar, 3));
            }
        };
    }

    private Step address5(ByteBuffer soFar, int length) {
        int end = HEAD_BYTES + length;
        return soFar.remaining() < end + PORT_BYTES
                ? Step.NEED_MORE
                : asked(address(soFar, HEAD_BYTES, length), port(soFar, end), end + PORT_BYTES);
    }

    private Step name5(ByteBuffer soFar, int length) {
        int end = HEAD_BYTES + 1 + length;
        return soFar.remaining() < end + PORT_BYTES
                ? Step.NEED_MORE
                : asked(text(soFar, HEAD_BYTES + 1, length), port(soFar, end), end + PORT_BYTES);
    }

    // ---- SOCKS 4 ----

    private Step request4(ByteBuffer soFar) {
        if (listener.forwardProxy().users() != null) {
            return new Step.Refused(CloseReason.AUTH_METHOD, "SOCKS 4 has no passwords");
        }
        if (soFar.remaining() > 1 && uint8(soFar, 1) != CONNECT) {
            return new Step.Refused(CloseReason.SOCKS_COMMAND, "command " + uint8(soFar, 1));
        }
        int user = textBytes(soFar, SOCKS4_HEAD_BYTES);
        if (user > MAX_TEXT_BYTES) {
            return new Step.Refused(CloseReason.MALFORMED_SOCKS, "a user of more than 255 bytes");
        }
        if (user < 0) {
            return Step.NEED_MORE;
        }
        int end = SOCKS4_HEAD_BYTES + user + 1;
        boolean named = soFar.getInt(soFar.position() + 4) >>> 8 == 0 && uint8(soFar, 7) != 0;
        return named ? name4(soFar, end) : asked(address(soFar, 4, 4), port(soFar, 2), end);
    }

    private Step name4(ByteBuffer soFar, int start) {
        int length = textBytes(soFar, start);
        if (length > MAX_TEXT_BYTES) {
            return new Step.Refused(CloseReason.MALFORMED_SOCKS, "a name of more than 255 bytes");
        }
        return length < 0 ? Step.NEED_MORE : asked(text(soFar, start, length), port(soFar, 2), start + length + 1);
    }

    /** The length of a text that a zero ends; negative until the zero has come; over the limit for a longer text. */
    private static int textBytes(ByteBuffer soFar, int start) {
        for (int length = 0; start + length < soFar.remaining(); length++) {
            if (soFar.get(soFar.position() + start + length) == 0) {
                return length;
            }
            if (length == MAX_TEXT_BYTES) {
                return MAX_TEXT_BYTES + 1;
            }
        }
        return -1;
    }

    // ---- the request ----

    private Step asked(String host, int port, int consumed) {
        ServerName name = host.startsWith("*") ? null : ServerName.parse(host);
        if (name == null) {
            return new Step.Refused(CloseReason.INVALID_NAME, "the host is not a host name", Printable.of(host));
        }
        if (port == 0) {
            return new Step.Refused(CloseReason.MALFORMED_SOCKS, "port 0");
        }
        within = HelloWithin.behind(name, port, listener);
        return new Step.Whole(new Destination.Host(name, host, port), consumed);
    }

    private static String address(ByteBuffer soFar, int offset, int length) {
        return IpAddress.text(bytes(soFar, offset, length));
    }

    private static String text(ByteBuffer soFar, int offset, int length) {
        return new String(bytes(soFar, offset, length), StandardCharsets.ISO_8859_1);
    }

    private static String utf8(ByteBuffer soFar, int offset, int length) {
        return new String(bytes(soFar, offset, length), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer soFar, int offset, int length) {
        byte[] bytes = new byte[length];
        soFar.get(soFar.position() + offset, bytes);
        return bytes;
    }

    private static int port(ByteBuffer soFar, int offset) {
        return uint8(soFar, offset) << 8 | uint8(soFar, offset + 1);
    }

    private static int uint8(ByteBuffer bytes, int offset) {
        return Byte.toUnsignedInt(bytes.get(bytes.position() + offset));
    }

    // ---- words ----

    @Override
    public ByteBuffer connected() {
        return awaited == Awaited.REQUEST_4 ? reply4(GRANTED_4) : reply5(0);
    }

    @Override
    public @Nullable Opening within() {
        return within;
    }

    @Override
    public @Nullable ByteBuffer refusal(Refusal why) {
        return switch (awaited) {
            case ANY -> otherWord;
            case METHODS -> ByteBuffer.wrap(new byte[] {5, (byte) NO_METHOD});
            case PASSWORD, CHECK -> ByteBuffer.wrap(new byte[] {1, 1});
            case REQUEST_4 -> reply4(REFUSED_4);
            case REQUEST_5 -> reply5(unknownAddress ? 8 : reply(why));
        };
    }

    /** The reply of SOCKS 5 to a refused client (RFC 1928 section 6); SOCKS 4 has a single code for all. */
    public static int reply(Refusal why) {
        return switch (why) {
            case MALFORMED, TOO_LARGE, OTHER_PROTOCOL, REDIRECT, NO_PLAIN, EXHAUSTED -> 1;
            case NO_NAME, UNKNOWN_NAME, DENIED, UNIDENTIFIED, TOO_OFTEN -> 2;
            case INVALID_NAME, NO_SUCH_HOST, UNAVAILABLE, BAD_BACKEND -> 4;
            case REFUSING_BACKEND -> 5;
            case LATE_BACKEND -> 6;
            case COMMAND -> 7;
        };
    }

    private static ByteBuffer reply5(int reply) {
        return ByteBuffer.wrap(new byte[] {5, (byte) reply, 0, IPV4, 0, 0, 0, 0, 0, 0});
    }

    private static ByteBuffer reply4(byte reply) {
        return ByteBuffer.wrap(new byte[] {0, reply, 0, 0, 0, 0, 0, 0});
    }
}
