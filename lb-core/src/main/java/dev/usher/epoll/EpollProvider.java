package dev.usher.epoll;

import dev.usher.descriptor.KernelAddress;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelector;
import java.nio.channels.spi.SelectorProvider;
import org.jspecify.annotations.Nullable;

/**
 * Makes selectors over epoll, and sockets for these selectors: non-blocking sockets only, for the thread of their selector,
 * each closed at once though registered. Any thread may ask.
 */
public final class EpollProvider extends SelectorProvider {
    private final Outputs.@Nullable Maker outputs;

    /**
     * Tries the system calls once.
     *
     * @throws UnsupportedOperationException if the system is another, or refuses native calls; the message says why
     */
    public EpollProvider() {
        this(null);
    }

    /**
     * Makes a provider whose selectors give what a turn has to send, to watch and to close to the kernel at once, by io_uring.
     *
     * @throws UnsupportedOperationException if the system is another, or refuses native calls or io_uring; the message says why
     */
    public static EpollProvider withRing() {
        return new EpollProvider(calls -> new Outputs(calls, new Ring(calls), Together.PAYING));
    }

    /**
     * Makes a provider for single sockets, and tries nothing: each trial opens descriptors of its own.
     *
     * @throws UnsupportedOperationException if the system is another; the message says so
     */
    public static EpollProvider untried() {
        return new EpollProvider(null, false);
    }

    EpollProvider(Outputs.@Nullable Maker outputs) {
        this(outputs, true);
    }

    private EpollProvider(Outputs.@Nullable Maker outputs, boolean tries) {
        this.outputs = outputs;
        if (!Kernel.UNKNOWN_SYSTEM.isEmpty()) {
            throw new UnsupportedOperationException(Kernel.UNKNOWN_SYSTEM);
        }
        if (tries) {
            tryOut();
        }
    }

    private void tryOut() {
        try (AbstractSelector _ = openSelector()) {
            // The selector has made every kind of call that may be refused.
        } catch (IOException | LinkageError | RuntimeException refused) {
            throw new UnsupportedOperationException("the system refuses: " + refused.getMessage(), refused);
        }
    }

    /** True if selectors use io_uring. */
    public boolean hasRing() {
        return outputs != null;
    }

    @Override
    public AbstractSelector openSelector() throws IOException {
        return new EpollSelector(this, outputs);
    }

    @Override
    public SocketChannel openSocketChannel(ProtocolFamily family) throws IOException {
        int number = number(family);
        return new EpollSocket(this, open(number), number);
    }

    @Override
    public ServerSocketChannel openServerSocketChannel(ProtocolFamily family) throws IOException {
        int number = number(family);
        return new EpollListener(this, open(number), number);
    }

    private static int open(int family) throws IOException {
        int descriptor = Syscalls.ofThread().socket(family);
        if (descriptor == -Errno.NOT_SUPPORTED) { // as the JDK says of IPv6 where the system has none
            throw new UnsupportedOperationException("Protocol family not supported");
        }
        if (descriptor < 0) {
            throw Errno.exception(descriptor);
        }
        return descriptor;
    }

    private static int number(ProtocolFamily family) {
        if (!(family instanceof StandardProtocolFamily standard)) {
            throw new UnsupportedOperationException("family " + family.name());
        }
        return switch (standard) { // of one enumeration: a switch over an interface costs a start 6 ms
            case INET -> KernelAddress.INET;
            case INET6 -> KernelAddress.INET6;
            case UNIX -> KernelAddress.UNIX;
        };
    }

    @Override
    public SocketChannel openSocketChannel() {
        throw new UnsupportedOperationException("name the family");
    }

    @Override
    public ServerSocketChannel openServerSocketChannel() {
        throw new UnsupportedOperationException("name the family");
    }

    @Override
    public DatagramChannel openDatagramChannel() {
        throw new UnsupportedOperationException("datagrams");
    }

    @Override
    public DatagramChannel openDatagramChannel(ProtocolFamily family) {
        throw new UnsupportedOperationException("datagrams");
    }

    @Override
    public Pipe openPipe() {
        throw new UnsupportedOperationException("pipes");
    }
}
