package dev.usher.descriptor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Socket addresses as the kernel has them: {@code sockaddr_in}, {@code sockaddr_in6} and {@code sockaddr_un}. An abstract
 * name, which has no file, is a path that begins with {@code @}, as programs print it. The JDK would take it for a file.
 */
public final class KernelAddress {
    public static final int UNIX = 1;
    public static final int INET = 2;
    public static final int INET6 = 10;
    /** Bytes of {@code sockaddr_storage}, which holds every address. */
    public static final int MAX_BYTES = 128;

    private static final ValueLayout.OfShort PORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int PORT_AT = 2;
    private static final int INET_AT = 4;
    private static final int INET_PADDING_AT = 8;
    private static final int INET_BYTES = 16;
    private static final int FLOW_AT = 4;
    private static final int INET6_AT = 8;
    private static final int SCOPE_AT = 24;
    private static final int INET6_BYTES = 28;
    private static final int PATH_AT = 2;
    /** Of a path with the zero byte at the end. */
    private static final int MAX_PATH = 108;

    private static final String ABSTRACT = "@";

    private KernelAddress() {}

    /** Whether the address is the name of a socket without a file. */
    public static boolean isAbstract(UnixDomainSocketAddress address) {
        return address.getPath().toString().startsWith(ABSTRACT);
    }

    /**
     * Writes an address to the start of the memory, and returns its bytes.
     *
     * @throws IllegalArgumentException if the path of a unix socket is longer than 107 bytes
     */
    public static int write(SocketAddress address, MemorySegment to) {
        return address instanceof UnixDomainSocketAddress file
                ? writeFile(file, to)
                : writeInternet((InetSocketAddress) address, to);
    }

    private static int writeInternet(InetSocketAddress address, MemorySegment to) {
        byte[] bytes = address.getAddress().getAddress();
        boolean ipv4 = bytes.length == 4;
        to.set(JAVA_SHORT, 0, (short) (ipv4 ? INET : INET6));
        to.set(PORT, PORT_AT, (short) address.getPort());
        if (ipv4) {
            MemorySegment.copy(bytes, 0, to, JAVA_BYTE, INET_AT, bytes.length);
            to.set(JAVA_LONG_UNALIGNED, INET_PADDING_AT, 0);
            return INET_BYTES;
        }
        to.set(JAVA_INT, FLOW_AT, 0);
        MemorySegment.copy(bytes, 0, to, JAVA_BYTE, INET6_AT, bytes.length);
        to.set(JAVA_INT, SCOPE_AT, ((Inet6Address) address.getAddress()).getScopeId());
        return INET6_BYTES;
    }

    private static int writeFile(UnixDomainSocketAddress file, MemorySegment to) {
        byte[] path = file.getPath().toString().getBytes(StandardCharsets.UTF_8);
        boolean named = isAbstract(file);
        if (path.length > (named ? MAX_PATH : MAX_PATH - 1)) {
            throw new IllegalArgumentException("path of a socket longer than " + (MAX_PATH - 1) + " bytes");
        }
        to.set(JAVA_SHORT, 0, (short) UNIX);
        MemorySegment.copy(path, 0, to, JAVA_BYTE, PATH_AT, path.length);
        if (named) {
            to.set(JAVA_BYTE, PATH_AT, (byte) 0);
            return PATH_AT + path.length; // a zero at the end would be a part of the name
        }
        to.set(JAVA_BYTE, PATH_AT + path.length, (byte) 0);
        return PATH_AT + path.length + 1;
    }

    /** Reads an address of so many bytes. A unix socket without a name, as a client's, has an empty path. */
    public static SocketAddress read(MemorySegment from, int bytes) {
        return switch (from.get(JAVA_SHORT, 0)) {
            case INET -> internet(from, INET_AT, 4, 0);
            case INET6 -> internet(from, INET6_AT, 16, from.get(JAVA_INT, SCOPE_AT));
            default -> file(from, bytes);
        };
    }

    private static InetSocketAddress internet(MemorySegment from, int at, int bytes, int scope) {
        byte[] address = new byte[bytes];
        MemorySegment.copy(from, JAVA_BYTE, at, address, 0, bytes);
        int port = from.get(PORT, PORT_AT) & 0xffff;
        try {
            InetAddress host =
                    scope == 0 ? InetAddress.getByAddress(address) : Inet6Address.getByAddress(null, address, scope);
            return new InetSocketAddress(host, port);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible); // by the length of the address alone
        }
    }

    private static UnixDomainSocketAddress file(MemorySegment from, int bytes) {
        if (bytes > PATH_AT + 1 && from.get(JAVA_BYTE, PATH_AT) == 0) {
            return UnixDomainSocketAddress.of(ABSTRACT + text(from, PATH_AT + 1, bytes - PATH_AT - 1));
        }
        int length = 0;
        while (PATH_AT + length < bytes && from.get(JAVA_BYTE, PATH_AT + length) != 0) {
            length++;
        }
        return UnixDomainSocketAddress.of(text(from, PATH_AT, length));
    }

    private static String text(MemorySegment from, int at, int length) {
        byte[] bytes = new byte[length];
        MemorySegment.copy(from, JAVA_BYTE, at, bytes, 0, length);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
