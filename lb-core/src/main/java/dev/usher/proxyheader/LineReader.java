package dev.usher.proxyheader;

import dev.usher.config.IpAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads a header of version 1 (section 2.1): a line of ASCII, its parts separated by one space.
 *
 * <pre>
 * "PROXY TCP4 " source destination source-port destination-port CRLF
 * "PROXY TCP6 " source destination source-port destination-port CRLF
 * "PROXY UNKNOWN" [" " anything] CRLF
 * </pre>
 *
 * Ports are decimal, 0..65535; no number has leading zeros. A TCP6 address may end in an IPv4 address (RFC 4291 section
 * 2.2). The specification mentions hexadecimal groups only, but this form is canonical for v4-mapped addresses (RFC
 * 5952 section 5), and proxies with dual-stack listeners send it.
 *
 * <p>Each byte is checked on arrival: a wrong opening, a letter foreign to addresses, a CR or an LF alone are refused
 * at once. The parts are decoded when the line is complete, as the specification demands.
 */
final class LineReader implements HeaderReader {
    static final int FIRST_BYTE = 'P';

    /** Length limit including CRLF (section 2.1). */
    static final int MAX_BYTES = 107;

    private static final int KEYWORD_OFFSET = 6;
    private static final int FAMILY_OFFSET = 9;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_PORT_DIGITS = 5;

    private enum Kind {
        TCP4("PROXY TCP4 ", "0123456789. ", 4),
        TCP6("PROXY TCP6 ", "0123456789abcdefABCDEF:. ", 16),
        UNKNOWN("PROXY UNKNOWN", "", 0);

        private final String opening;
        /** Every character between the opening and CRLF must be in this set. */
        private final String letters;

        private final int addressBytes;

        Kind(String opening, String letters, int addressBytes) {
            this.opening = opening;
            this.letters = letters;
            this.addressBytes = addressBytes;
        }
    }

    /** The kind that matches the bytes so far; TCP4 also stands for the rest while the openings are still equal. */
    private Kind kind = Kind.TCP4;

    private int scanned;
    /** The byte before the next byte. */
    private int last;

    @Override
    public ProxyHeaderResult read(ByteBuffer raw) throws RefusedHeaderException {
        int end = Math.min(raw.remaining(), MAX_BYTES);
        while (scanned < end) {
            int b = Byte.toUnsignedInt(raw.get(raw.position() + scanned));
            check(b);
            scanned++;
            if (last == '\r' && b == '\n') {
                return header(raw);
            }
            last = b;
        }
        if (scanned == MAX_BYTES) {
            throw new RefusedHeaderException("no CRLF in the first " + MAX_BYTES + " bytes of a PROXY line");
        }
        return ProxyHeaderResult.NEED_MORE;
    }

    private void check(int b) throws RefusedHeaderException {
        if (scanned == KEYWORD_OFFSET && b == 'U') {
            kind = Kind.UNKNOWN;
        } else if (scanned == FAMILY_OFFSET && b == '6' && kind == Kind.TCP4) {
            kind = Kind.TCP6;
        }
        if (!fits(b)) {
            throw RefusedHeaderException.unexpected(b, scanned, "a PROXY line of version 1");
        }
    }

    private boolean fits(int b) {
        int behindOpening = scanned - kind.opening.length();
        if (behindOpening < 0) {
            return b == kind.opening.charAt(scanned);
        }
        if (kind == Kind.UNKNOWN && behindOpening == 0) {
            return b == ' ' || b == '\r';
        }
        if (kind == Kind.UNKNOWN && behindOpening > 1) {
            return true; // "must ignore anything presented before the CRLF"
        }
        if (last == '\r') {
            return b == '\n';
        }
        return kind == Kind.UNKNOWN || b == '\r' || kind.letters.indexOf(b) >= 0;
    }

    /** Decodes the line, which ends before index {@link #scanned} and has only allowed letters. */
    private ProxyHeaderResult header(ByteBuffer raw) throws RefusedHeaderException {
        if (kind == Kind.UNKNOWN) {
            return new ProxyHeaderResult.Header(scanned, null, null);
        }
        byte[] line = new byte[scanned - kind.opening.length() - 2];
        raw.get(raw.position() + kind.opening.length(), line);
        String[] parts = new String(line, StandardCharsets.US_ASCII).split(" ", -1);
        if (parts.length != 4) {
            throw new RefusedHeaderException("a PROXY line with " + parts.length + " parts after " + kind + ", not 4");
        }
        InetSocketAddress source = socketAddress(parts[0], parts[2], "source");
        InetSocketAddress destination = socketAddress(parts[1], parts[3], "destination");
        return new ProxyHeaderResult.Header(scanned, source, destination);
    }

    private InetSocketAddress socketAddress(String address, String port, String which) throws RefusedHeaderException {
        byte[] bytes = IpAddress.parse(address);
        if (bytes == null || bytes.length != kind.addressBytes) {
            throw new RefusedHeaderException(which + " \"" + address + "\" is not an address of " + kind);
        }
        return HeaderReader.socketAddress(bytes, port(port, which));
    }

    private static int port(String text, String which) throws RefusedHeaderException {
        boolean leadingZero = text.length() > 1 && text.charAt(0) == '0';
        int value = text.isEmpty() || text.length() > MAX_PORT_DIGITS || leadingZero ? -1 : 0;
        for (int i = 0; i < text.length() && value >= 0; i++) {
            int digit = text.charAt(i) - '0';
            value = digit >= 0 && digit <= 9 ? 10 * value + digit : -1;
        }
        if (value < 0 || value > MAX_PORT) {
            throw new RefusedHeaderException(which + " port \"" + text + "\" is not a number 0.." + MAX_PORT);
        }
        return value;
    }
}
