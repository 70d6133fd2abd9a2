package dev.usher.epoll;

import dev.usher.descriptor.KernelAddress;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket. While registered, one accept for each time that the selector tells: a select tells again while more
 * wait, which costs no accept that finds nothing. Connections inherit {@code TCP_NODELAY}.
 */
final class EpollListener extends ServerSocketChannel implements EpollChannel {
    private static final int DEFAULT_BACKLOG = 50;

    private final int descriptor;
    private final int family;
    private Syscalls calls = Syscalls.ofThread();
    private @Nullable EpollKey key;
    /** True once no connection can be left whose handshake was over before the socket had its options. */
    private boolean hasBeenEmpty;

    EpollListener(SelectorProvider provider, int descriptor, int family) {
        super(provider);
        this.descriptor = descriptor;
        this.family = family;
    }

    @Override
    public int descriptor() {
        return descriptor;
    }

    @Override
    public void onRegistered(EpollKey newKey, Syscalls ofSelector) {
        key = newKey;
        calls = ofSelector;
        if (family != KernelAddress.UNIX) { // here, since the descriptor may have become another socket after its bind
            calls.setOption(descriptor, Options.NO_DELAY.level(), Options.NO_DELAY.number(), 1);
        }
    }

    @Override
    public int onEvents(int events) {
        return SelectionKey.OP_ACCEPT;
    }

    @Override
    public int eventsFor(int ops) {
        return ops == 0 ? 0 : Events.IN;
    }

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress address, int backlog) throws IOException {
        ensureOpen();
        if (family == KernelAddress.INET6) { // as the JDK does
            Options.set(calls, descriptor, Options.IPV6_ONLY, 0);
        }
        int result = calls.bind(descriptor, address == null ? unusedFile() : address);
        if (result == 0) {
            result = calls.listen(descriptor, backlog < 1 ? DEFAULT_BACKLOG : backlog);
        }
        if (result < 0) {
            throw Errno.connectException(result);
        }
        return this;
    }

    /** A file among the temporary ones, as the JDK takes for a unix socket without an address. */
    private SocketAddress unusedFile() {
        if (family != KernelAddress.UNIX) {
            throw new UnsupportedOperationException("bind to an address");
        }
        return UnixDomainSocketAddress.of(
                Path.of(System.getProperty("java.io.tmpdir"), "usher-" + UUID.randomUUID() + ".sock"));
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        ensureOpen();
        EpollKey registered = key != null && key.isValid() ? key : null;
        if (registered != null && !registered.mayBe(SelectionKey.OP_ACCEPT)) {
            return null;
        }
        boolean passesOn = hasBeenEmpty && family != KernelAddress.UNIX;
        int accepted = calls.accept(descriptor);
        if (registered != null && (hasBeenEmpty || accepted < 0)) {
            registered.cannot(SelectionKey.OP_ACCEPT);
        }
        hasBeenEmpty |= accepted == -Errno.AGAIN && registered != null;
        if (accepted >= 0) {
            return new EpollSocket(provider(), accepted, family, calls.address(), passesOn);
        }
        if (Errno.isTemporary(accepted) || accepted == -Errno.CONNECTION_ABORTED) {
            return null;
        }
        throw Errno.exception(accepted);
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        ensureOpen();
        Options.set(calls, descriptor, option, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        ensureOpen();
        return Options.get(calls, descriptor, option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Options.supported();
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return EpollSocket.localAddress(descriptor);
    }

    @Override
    public ServerSocket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseSelectableChannel() {
        Syscalls.ofThread().close(descriptor);
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        if (block) {
            throw new UnsupportedOperationException("blocking channels");
        }
        Syscalls.ofThread().setNonBlocking(descriptor); // a descriptor may be a duplicate of another process's socket
    }
}
