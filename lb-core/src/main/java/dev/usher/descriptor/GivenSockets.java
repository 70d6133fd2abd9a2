package dev.usher.descriptor;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Listening sockets of Linux, opened by another process. A JDK cannot make a channel from a descriptor, so the
 * descriptor takes the place of a socket opened for this purpose ({@code dup3}). Any thread. There are two kinds:
 *
 * <ul>
 *   <li>lasting: a socket of the service manager. The workers share the socket by duplicates, and the descriptor stays
 *       open for life
 *   <li>taken over from an earlier process of this program, several for an address. Each goes to a single worker, and a
 *       worker may get several. {@link #settle} closes the rest
 * </ul>
 */
public final class GivenSockets {
    /** No sockets. */
    public static final GivenSockets NONE = new GivenSockets(Map.of(), Set.of());

    /** Guarded by this, like the two fields below. */
    private final Map<SocketAddress, List<Integer>> descriptors;

    private final Set<SocketAddress> opened = new HashSet<>();
    /** Descriptors of sockets taken over, and not in a channel yet. */
    private final Set<Integer> waiting = new HashSet<>();

    private final Set<SocketAddress> lasting;

    private GivenSockets(Map<SocketAddress, List<Integer>> descriptors, Set<SocketAddress> lasting) {
        this.descriptors = new HashMap<>(descriptors);
        this.lasting = lasting;
        descriptors.forEach((address, all) -> {
            if (!lasting.contains(address)) {
                waiting.addAll(all);
            }
        });
    }

    /**
     * Lasting sockets.
     *
     * @param names a name for people, by descriptor
     * @throws IOException if a descriptor is no listening TCP socket; the message has its name
     */
    public static GivenSockets of(Map<Integer, String> names) throws IOException {
        Map<SocketAddress, List<Integer>> found = new HashMap<>();
        for (Map.Entry<Integer, String> given : names.entrySet()) {
            int descriptor = given.getKey();
            if (!SocketCalls.listens(descriptor)
                    || !(SocketCalls.address(descriptor) instanceof InetSocketAddress address)) {
                throw new IOException(
                        "descriptor " + descriptor + " (" + given.getValue() + ") is no listening TCP socket");
            }
            found.put(address, List.of(descriptor));
        }
        return new GivenSockets(found, Set.copyOf(found.keySet()));
    }

    /**
     * Sockets sent by a predecessor.
     *
     * @param lasting addresses of lasting sockets of the predecessor
     * @throws ClosedOnTheWayException if a descriptor is no listening socket; then every descriptor is closed
     */
    public static GivenSockets takenOver(Collection<Integer> descriptors, Set<SocketAddress> lasting)
            throws ClosedOnTheWayException {
        Map<SocketAddress, List<Integer>> found = new HashMap<>();
        for (int descriptor : descriptors) {
            SocketAddress address = SocketCalls.listens(descriptor) ? SocketCalls.address(descriptor) : null;
            if (address == null) {
                descriptors.forEach(SocketCalls::close);
                throw new ClosedOnTheWayException();
            }
            found.computeIfAbsent(address, _ -> new ArrayList<>()).add(descriptor);
        }
        return new GivenSockets(
                found, lasting.stream().filter(found::containsKey).collect(Collectors.toUnmodifiableSet()));
    }

    /** The addresses of the lasting sockets. */
    public Set<SocketAddress> lasting() {
        return lasting;
    }

    /** Number of sockets. */
    public synchronized int count() {
        return descriptors.values().stream().mapToInt(List::size).sum();
    }

    /** True if a socket was given for the address; false for a socket taken over, once settled. */
    public synchronized boolean has(SocketAddress address) {
        return descriptors.containsKey(address);
    }

    /** Number of workers with a socket of the address. */
    public int reaches(SocketAddress address, int workers) {
        return lasting.contains(address)
                ? workers
                : Math.min(workers, of(address).size());
    }

    private synchronized List<Integer> of(SocketAddress address) {
        return descriptors.getOrDefault(address, List.of());
    }

    /** The addresses of sockets taken over, and in use here. */
    public synchronized Set<SocketAddress> opened() {
        return Set.copyOf(opened);
    }

    /** Ends the take-over: closes the sockets without a channel. Later listeners open new sockets. */
    public synchronized void settle() {
        waiting.forEach(SocketCalls::close);
        waiting.clear();
        descriptors.keySet().retainAll(lasting);
    }

    /**
     * New channels on the sockets of a worker. {@link ServerSocketChannel#getLocalAddress} of a channel is wrong.
     *
     * @param address of a given socket, see {@link #has}
     * @param worker index of the worker, from 0
     * @param workers number of workers
     */
    public List<ServerSocketChannel> open(SelectorProvider provider, SocketAddress address, int worker, int workers)
            throws IOException {
        List<ServerSocketChannel> channels = new ArrayList<>();
        try {
            for (int descriptor : share(address, worker, workers)) {
                channels.add(open(provider, address, descriptor));
            }
            return channels;
        } catch (IOException | RuntimeException e) {
            for (ServerSocketChannel channel : channels) {
                channel.close();
            }
            throw e;
        }
    }

    private List<Integer> share(SocketAddress address, int worker, int workers) {
        List<Integer> all = of(address);
        if (lasting.contains(address)) {
            return all;
        }
        List<Integer> share = new ArrayList<>();
        for (int i = worker; i < all.size(); i += workers) {
            share.add(all.get(i));
        }
        return share;
    }

    private ServerSocketChannel open(SelectorProvider provider, SocketAddress address, int descriptor)
            throws IOException {
        ServerSocketChannel channel = provider.openServerSocketChannel(SocketFamily.of(address));
        try {
            if (address instanceof InetSocketAddress tcp) {
                String loopback = tcp.getAddress() instanceof Inet4Address ? "127.0.0.1" : "::1";
                channel.bind(new InetSocketAddress(InetAddress.ofLiteral(loopback), 0));
                replace(channel.getLocalAddress(), address, descriptor);
            } else {
                replaceUnix(channel, address, descriptor);
            }
            channel.configureBlocking(false); // after the exchange: the mode is the socket's, and may be another
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Binds the channel to a file for the moment of the exchange. */
    private void replaceUnix(ServerSocketChannel channel, SocketAddress address, int descriptor) throws IOException {
        Path directory = Files.createTempDirectory("usher");
        Path file = directory.resolve("s");
        try {
            UnixDomainSocketAddress place = UnixDomainSocketAddress.of(file);
            channel.bind(place);
            replace(place, address, descriptor);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        }
    }

    /**
     * Puts the given socket in the place of a bound socket of this process.
     *
     * @param place the address of the bound socket
     */
    public void takePlaceOf(SocketAddress place, SocketAddress address) throws IOException {
        List<Integer> given = of(address);
        if (given.isEmpty()) {
            throw new IOException("no socket of " + address + " was given");
        }
        replace(place, address, given.getFirst());
    }

    private void replace(SocketAddress place, SocketAddress address, int descriptor) throws IOException {
        int own = descriptorOf(place);
        if (!SocketCalls.replace(own, descriptor)) {
            throw new IOException("the given socket of " + address + " cannot be taken over");
        }
        synchronized (this) {
            if (waiting.remove(descriptor)) {
                opened.add(address);
                SocketCalls.close(descriptor); // the channel has the socket now
            }
        }
    }

    /** The descriptor of this process's only listening socket with the local address. */
    private static int descriptorOf(SocketAddress address) throws IOException {
        for (int descriptor : SocketCalls.descriptors()) {
            if (SocketCalls.listens(descriptor) && address.equals(SocketCalls.address(descriptor))) {
                return descriptor;
            }
        }
        throw new IOException("no descriptor has " + address);
    }
}
