package dev.usher.proxyheader;

import dev.usher.config.IpAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes the PROXY protocol header at the start of a connection to a backend. The header goes out before any other
 * byte, in one write if the socket accepts it (section 2), and once per connection.
 *
 * <p>Both addresses of a header have the same family: IPv4 if both are IPv4 or v4-mapped IPv6; otherwise IPv6, with an
 * IPv4 address in its v4-mapped form (RFC 4291 section 2.5.5.2).
 *
 * <p>Each method writes at the buffer's position, moves the position to the end of the header, and returns the header's
 * length in bytes. If the buffer is too small, the method throws {@link BufferOverflowException} and writes nothing;
 * the constants give sizes that always suffice. The buffer's byte order does not matter.
 */
public final class ProxyHeader {
    /** The longest line that version 1 allows. */
    public static final int MAX_V1_BYTES = LineReader.MAX_BYTES;

    /** The longest header of version 2 that usher writes: IPv6 with every TLV at its longest. */
    public static final int MAX_V2_BYTES =
            BlockReader.FIXED_BYTES + BlockReader.IPV6_ADDRESS_BYTES + ProxyTlvs.MAX_BYTES;

    private static final byte[] V1_UNKNOWN = "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);

    private ProxyHeader() {}

    /**
     * Version 1: {@code PROXY TCP4} or {@code PROXY TCP6}; {@code PROXY UNKNOWN} if either end is a unix socket.
     *
     * @throws IllegalArgumentException if an address is not resolved
     */
    public static int writeV1(ByteBuffer into, SocketAddress source, SocketAddress destination) {
        return source instanceof InetSocketAddress from && destination instanceof InetSocketAddress to
                ? writeTcpV1(into, from, to)
                : writeV1Unknown(into);
    }

    private static int writeTcpV1(ByteBuffer into, InetSocketAddress source, InetSocketAddress destination) {
        byte[] from = address(source);
        byte[] to = address(destination);
        boolean ipv4 = from.length == 4 && to.length == 4;
        String line = (ipv4 ? "PROXY TCP4 " : "PROXY TCP6 ")
                + IpAddress.text(ipv4 ? from : mapped(from)) + ' '
                + IpAddress.text(ipv4 ? to : mapped(to)) + ' '
                + source.getPort() + ' '
                + destination.getPort() + "\r\n";
        byte[] ascii = line.getBytes(StandardCharsets.US_ASCII);
        into.put(ascii); // writes everything or throws
        return ascii.length;
    }

    /**
     * Version 1 for usher's own connections, such as probes. Some backends refuse UNKNOWN; the specification recommends
     * {@link #writeV1} with the connection's own two addresses instead (section 2.1).
     */
    public static int writeV1Unknown(ByteBuffer into) {
        into.put(V1_UNKNOWN);
        return V1_UNKNOWN.length;
    }

    /**
     * Version 2, command PROXY, TCP. If either end is a unix socket: command LOCAL without addresses, as HAProxy sends
     * for a client whose address is not known.
     *
     * @throws IllegalArgumentException if an address is not resolved
     */
    public static int writeV2(ByteBuffer into, SocketAddress source, SocketAddress destination, ProxyTlvs tlvs) {
        int start = into.position();
        if (source instanceof InetSocketAddress from && destination instanceof InetSocketAddress to) {
            putTcp(into, from, to, tlvs);
        } else {
            putFixed(into, BlockReader.LOCAL, 0, 0, tlvs.bytes());
        }
        tlvs.put(into);
        int headerBytes = into.position() - start;
        if (tlvs.crc32c()) {
            putChecksum(into, start, headerBytes);
        }
        return headerBytes;
    }

    private static void putTcp(
            ByteBuffer into, InetSocketAddress source, InetSocketAddress destination, ProxyTlvs tlvs) {
        byte[] from = address(source);
        byte[] to = address(destination);
        boolean ipv4 = from.length == 4 && to.length == 4;
        int addressBytes = ipv4 ? BlockReader.IPV4_ADDRESS_BYTES : BlockReader.IPV6_ADDRESS_BYTES;
        putFixed(
                into,
                BlockReader.PROXY,
                ipv4 ? BlockReader.IPV4 : BlockReader.IPV6,
                BlockReader.STREAM,
                addressBytes + tlvs.bytes());
        into.put(ipv4 ? from : mapped(from)).put(ipv4 ? to : mapped(to));
        put16(into, source.getPort());
        put16(into, destination.getPort());
    }

    /** Version 2, command LOCAL: for usher's own connections, such as probes. */
    public static int writeV2Local(ByteBuffer into) {
        putFixed(into, BlockReader.LOCAL, 0, 0, 0);
        return BlockReader.FIXED_BYTES;
    }

    /** Writes the 16 bytes that start every header of version 2, after checking the room for the whole header. */
    private static void putFixed(ByteBuffer into, int command, int family, int transport, int behindFixed) {
        if (into.remaining() < BlockReader.FIXED_BYTES + behindFixed) {
            throw new BufferOverflowException();
        }
        BlockReader.putSignature(into);
        into.put((byte) (BlockReader.VERSION << 4 | command));
        into.put((byte) (family << 4 | transport));
        put16(into, behindFixed);
    }

    /** Fills in the checksum, which is the last TLV. */
    private static void putChecksum(ByteBuffer into, int start, int headerBytes) {
        int at = headerBytes - BlockReader.CRC32C_BYTES;
        int checksum = BlockReader.checksum(into, start, headerBytes, at);
        into.position(start + at);
        put16(into, checksum >>> 16);
        put16(into, checksum);
    }

    /** Writes two bytes, big-endian whatever the buffer's order. */
    static void put16(ByteBuffer into, int value) {
        into.put((byte) (value >> 8)).put((byte) value);
    }

    /** The 4 or 16 bytes of an address; 4 bytes for a v4-mapped address. */
    private static byte[] address(InetSocketAddress endpoint) {
        InetAddress address = endpoint.getAddress();
        if (address == null) {
            throw new IllegalArgumentException(endpoint + " is not resolved");
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet6Address && isMapped(bytes) ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
    }

    private static boolean isMapped(byte[] address) {
        return address[10] == -1 && address[11] == -1 && Arrays.equals(address, 0, 10, new byte[10], 0, 10);
    }

    private static byte[] mapped(byte[] address) {
        if (address.length == 16) {
            return address;
        }
        byte[] mapped = new byte[16];
        mapped[10] = -1;
        mapped[11] = -1;
        System.arraycopy(address, 0, mapped, 12, 4);
        return mapped;
    }
}
