package dev.usher.loop;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Listening TCP sockets of Linux, opened by another process and inherited by this process. A channel for an address
 * gets a duplicate of the descriptor; the descriptor itself stays open for life. A JDK cannot make a channel from a
 * descriptor, so the duplicate takes the place of a socket opened for this purpose ({@code dup3}). Any thread.
 */
public final class GivenSockets {
    /** No sockets. */
    public static final GivenSockets NONE = new GivenSockets(Map.of());

    private static final short AF_INET = 2;
    private static final short AF_INET6 = 10;
    private static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SOCK_STREAM = 1;
    private static final int SO_ACCEPTCONN = 30;
    private static final int O_CLOEXEC = 0x80000;
    /** Bytes of {@code sockaddr_storage}. */
    private static final int MAX_ADDRESS = 128;

    /** The functions of the C library, looked up at the first given socket: most processes have none. */
    private static final class Calls {
        private static final MethodHandle GETSOCKNAME = function("getsockname", JAVA_INT, ADDRESS, ADDRESS);
        private static final MethodHandle GETSOCKOPT =
                function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
        private static final MethodHandle DUP3 = function("dup3", JAVA_INT, JAVA_INT, JAVA_INT);

        @SuppressWarnings("restricted") // the signatures match functions of the C library
        private static MethodHandle function(String name, MemoryLayout... parameters) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(
                    linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(JAVA_INT, parameters));
        }
    }

    private final Map<InetSocketAddress, Integer> descriptors;

    private GivenSockets(Map<InetSocketAddress, Integer> descriptors) {
        this.descriptors = descriptors;
    }

    /**
     * The sockets at these descriptors.
     *
     * @param names a name for people, by descriptor
     * @throws IOException if a descriptor is no listening TCP socket; the message has its name
     */
    public static GivenSockets of(Map<Integer, String> names) throws IOException {
        Map<InetSocketAddress, Integer> found = new LinkedHashMap<>();
        for (Map.Entry<Integer, String> given : names.entrySet()) {
            int descriptor = given.getKey();
            InetSocketAddress address = address(descriptor);
            if (address == null
                    || option(descriptor, SO_TYPE) != SOCK_STREAM
                    || option(descriptor, SO_ACCEPTCONN) != 1) {
                throw new IOException(
                        "descriptor " + descriptor + " (" + given.getValue() + ") is no listening TCP socket");
            }
            found.put(address, descriptor);
        }
        return new GivenSockets(found);
    }

    /** The addresses of the sockets. */
    public Set<InetSocketAddress> addresses() {
        return descriptors.keySet();
    }

    /** True if a socket was given for the address. */
    public boolean has(SocketAddress address) {
        return address instanceof InetSocketAddress tcp && descriptors.containsKey(tcp);
    }

    /**
     * A new channel on the given socket. {@link ServerSocketChannel#getLocalAddress} of the channel is wrong.
     *
     * @param address of a given socket, see {@link #has}
     */
    ServerSocketChannel open(SelectorProvider provider, InetSocketAddress address) throws IOException {
        boolean ipv4 = address.getAddress() instanceof Inet4Address;
        ProtocolFamily family = ipv4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
        ServerSocketChannel channel = provider.openServerSocketChannel(family);
        try {
            channel.bind(new InetSocketAddress(InetAddress.ofLiteral(ipv4 ? "127.0.0.1" : "::1"), 0));
            int own = descriptorOf((InetSocketAddress) channel.getLocalAddress());
            Integer given = descriptors.get(address);
            if (given == null || dup3(given, own) != own) {
                throw new IOException("the given socket of " + address + " cannot be taken over");
            }
            channel.configureBlocking(false); // after the exchange: the mode is the socket's, and may be another
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** The descriptor of this process's only socket with the local address. */
    private static int descriptorOf(InetSocketAddress address) throws IOException {
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path each : open) {
                int descriptor = Integer.parseInt(each.getFileName().toString());
                if (address.equals(address(descriptor))) {
                    return descriptor;
                }
            }
        }
        throw new IOException("no descriptor has " + address);
    }

    /** The local address; null if the descriptor is no TCP or UDP socket. */
    private static @Nullable InetSocketAddress address(int descriptor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(MAX_ADDRESS, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_INT, MAX_ADDRESS);
            if ((int) Calls.GETSOCKNAME.invokeExact(descriptor, name, length) != 0) {
                return null;
            }
            int bytes = switch (name.get(JAVA_SHORT, 0)) {
                case AF_INET -> 4;
                case AF_INET6 -> 16;
                default -> 0;
            };
            if (bytes == 0) {
                return null;
            }
            int port = name.get(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), Short.BYTES) & 0xffff;
            long start = bytes == 4 ? 4 : 8; // IPv6 has the flow between port and address
            byte[] address = name.asSlice(start, bytes).toArray(JAVA_BYTE);
            return new InetSocketAddress(InetAddress.getByAddress(address), port);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** The value of an option of the socket; -1 if there is none. */
    private static int option(int descriptor, int name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, 0);
            MemorySegment length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
            int failed = (int) Calls.GETSOCKOPT.invokeExact(descriptor, SOL_SOCKET, name, value, length);
            return failed == 0 ? value.get(JAVA_INT, 0) : -1;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int dup3(int from, int to) {
        try {
            return (int) Calls.DUP3.invokeExact(from, to, O_CLOEXEC);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }
}
