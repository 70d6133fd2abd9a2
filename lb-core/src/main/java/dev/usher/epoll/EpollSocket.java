package dev.usher.epoll;

import dev.usher.descriptor.KernelAddress;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection, or a socket that may become one: non-blocking from birth, for the thread of the selector.
 *
 * <pre>
 * UNCONNECTED ── connect ──► PENDING ── finishConnect ──► CONNECTED
 *      └───────── connect, done at once ───────────────────►┘
 * </pre>
 */
final class EpollSocket extends SocketChannel implements EpollChannel {
    private enum State {
        UNCONNECTED,
        PENDING,
        CONNECTED
    }

    private static final int SHUT_READ = 0;
    private static final int EVERY_OP = SelectionKey.OP_READ | SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT;

    private final int descriptor;
    private final SocketOutput output;
    private @Nullable Syscalls ofSelector;
    private @Nullable EpollKey key;
    private State state;
    private @Nullable SocketAddress peer;
    private boolean noDelay;

    /**
     * True if a short read has taken all that was there. Not on unix sockets, where a read stops between senders, nor
     * after urgent data, where a read stops at the mark.
     */
    private boolean shortMeansEmpty;
    /** True if the peer's FIN is here: a short read has left nothing but the end. */
    private boolean fin;

    private boolean inputEnded;
    private boolean outputEnded;

    /** An unconnected socket. */
    EpollSocket(SelectorProvider provider, int descriptor, int family) {
        super(provider);
        this.descriptor = descriptor;
        this.output = new SocketOutput(descriptor);
        this.shortMeansEmpty = family != KernelAddress.UNIX;
        this.state = State.UNCONNECTED;
    }

    /**
     * An accepted connection.
     *
     * @param noDelay whether the listening socket has passed {@code TCP_NODELAY} on
     */
    EpollSocket(SelectorProvider provider, int descriptor, int family, SocketAddress peer, boolean noDelay) {
        this(provider, descriptor, family);
        this.peer = peer;
        this.noDelay = noDelay;
        this.state = State.CONNECTED;
    }

    // ---- readiness ----

    @Override
    public int descriptor() {
        return descriptor;
    }

    @Override
    public void onRegistered(EpollKey newKey, Syscalls calls) {
        key = newKey;
        ofSelector = calls;
        output.onRegistered(newKey, state == State.CONNECTED);
    }

    /** A RST comes with the event of a FIN as well, and must not be taken for a FIN: the error has the last word. */
    @Override
    public int onEvents(int events) {
        if ((events & Events.URGENT) != 0) {
            shortMeansEmpty = false;
        }
        if ((events & (Events.ERROR | Events.HANG_UP)) != 0) {
            fin = false;
            return EVERY_OP;
        }
        fin |= (events & Events.PEER_HANG_UP) != 0;
        int ops = (events & (Events.IN | Events.URGENT)) != 0 ? SelectionKey.OP_READ : 0;
        if ((events & Events.OUT) != 0) {
            ops |= state == State.PENDING ? SelectionKey.OP_CONNECT : SelectionKey.OP_WRITE;
        }
        return ops;
    }

    @Override
    public int eventsFor(int ops) {
        int events = Events.IN | Events.URGENT | Events.PEER_HANG_UP | Events.EDGES;
        return (ops & (SelectionKey.OP_WRITE | SelectionKey.OP_CONNECT)) == 0 ? events : events | Events.OUT;
    }

    /** The thread's own until a selector has the socket: another worker may have accepted the connection. */
    private Syscalls calls() {
        return ofSelector == null ? Syscalls.ofThread() : ofSelector;
    }

    private void usedUp(int op) {
        if (key != null) {
            key.usedUp(op);
        }
    }

    private void cannot(int op) {
        if (key != null) {
            key.cannot(op);
        }
    }

    // ---- bytes ----

    @Override
    public int read(ByteBuffer to) throws IOException {
        ensureConnected();
        int room = Syscalls.mostOf(to);
        if (room == 0) {
            return 0;
        }
        if (inputEnded) {
            return -1;
        }
        int received = calls().receive(descriptor, to);
        if (received > 0) {
            if (received < room && shortMeansEmpty) {
                onEmptied();
            }
            return received;
        }
        if (received == 0) {
            return onEnd();
        }
        if (received == -Errno.AGAIN) {
            cannot(SelectionKey.OP_READ);
        }
        if (Errno.isTemporary(received)) {
            return 0;
        }
        throw Errno.exception(received);
    }

    /** A send may have heard of a RST in place of this read: the kernel tells once, and says end of the stream from then on. */
    private int onEnd() throws IOException {
        int answer = output.answerBeforeEnd();
        if (answer == -Errno.AGAIN) {
            cannot(SelectionKey.OP_READ);
            return 0;
        }
        orThrow(answer);
        inputEnded = true;
        return -1;
    }

    private void onEmptied() {
        if (fin) {
            inputEnded = true;
        } else {
            usedUp(SelectionKey.OP_READ);
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        ensureConnected();
        int sent = from.hasRemaining() ? output.write(calls(), from) : 0;
        if (sent < 0 && !Errno.isTemporary(sent)) {
            throw Errno.exception(sent);
        }
        return Math.max(0, sent);
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) throws IOException {
        long all = 0;
        for (int i = offset; i < offset + length; i++) {
            int room = to[i].remaining();
            int received = read(to[i]);
            if (received < 0) {
                return all == 0 ? -1 : all;
            }
            all += received;
            if (received < room) {
                break;
            }
        }
        return all;
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long all = 0;
        for (int i = offset; i < offset + length; i++) {
            all += write(from[i]);
            if (from[i].hasRemaining()) {
                break;
            }
        }
        return all;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        ensureConnected();
        if (!outputEnded) {
            orThrowUnlessReset(output.shutdown(calls()));
            outputEnded = true;
        }
        return this;
    }

    @Override
    public SocketChannel shutdownInput() throws IOException {
        ensureConnected();
        orThrowUnlessReset(calls().shutdown(descriptor, SHUT_READ));
        inputEnded = true;
        return this;
    }

    /** After a RST there is nothing to shut down, which is no fault: a read may still have bytes, and tells of the RST. */
    private static void orThrowUnlessReset(int result) throws IOException {
        if (result != -Errno.NOT_CONNECTED) {
            orThrow(result);
        }
    }

    // ---- connecting ----

    @Override
    public SocketChannel bind(@Nullable SocketAddress address) throws IOException {
        ensureOpen();
        if (address == null) {
            throw new UnsupportedOperationException("bind to an address");
        }
        int result = calls().bind(descriptor, address);
        if (result < 0) {
            throw Errno.connectException(result);
        }
        return this;
    }

    @Override
    public boolean connect(SocketAddress address) throws IOException {
        ensureOpen();
        if (state != State.UNCONNECTED) {
            throw state == State.PENDING ? new ConnectionPendingException() : new AlreadyConnectedException();
        }
        peer = address;
        int result = calls().connect(descriptor, address);
        if (result == -Errno.IN_PROGRESS || result == -Errno.INTERRUPTED) {
            state = State.PENDING;
            return false;
        }
        return concludeConnect(result);
    }

    /** Asks by a second connect, which answers for the first. */
    @Override
    public boolean finishConnect() throws IOException {
        ensureOpen();
        SocketAddress address = peer;
        if (state == State.CONNECTED) {
            return true;
        }
        if (state != State.PENDING || address == null) {
            throw new NoConnectionPendingException();
        }
        int result = calls().connect(descriptor, address);
        if (result == -Errno.ALREADY || result == -Errno.INTERRUPTED) {
            cannot(SelectionKey.OP_CONNECT);
            return false;
        }
        return concludeConnect(result);
    }

    private boolean concludeConnect(int result) throws IOException {
        if (result < 0) {
            close();
            throw Errno.connectException(result);
        }
        state = State.CONNECTED;
        if (key != null) {
            key.can(SelectionKey.OP_WRITE);
            key.usedUp(SelectionKey.OP_CONNECT);
        }
        return true;
    }

    @Override
    public boolean isConnected() {
        return state == State.CONNECTED;
    }

    @Override
    public boolean isConnectionPending() {
        return state == State.PENDING;
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void ensureConnected() throws ClosedChannelException {
        ensureOpen();
        if (state != State.CONNECTED) {
            throw new NotYetConnectedException();
        }
    }

    private static void orThrow(int result) throws IOException {
        if (result < 0) {
            throw Errno.exception(result);
        }
    }

    // ---- the rest ----

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        ensureOpen();
        boolean isNoDelay = option.equals(StandardSocketOptions.TCP_NODELAY);
        if (isNoDelay && (Boolean) value == noDelay) {
            return this; // inherited from the listening socket, which spares each connection a call
        }
        Options.set(calls(), descriptor, option, value);
        noDelay = isNoDelay ? (Boolean) value : noDelay;
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) throws IOException {
        ensureOpen();
        return Options.get(calls(), descriptor, option);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Options.supported();
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return state == State.CONNECTED ? peer : null;
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return localAddress(descriptor);
    }

    static SocketAddress localAddress(int descriptor) throws IOException {
        Syscalls mine = Syscalls.ofThread();
        orThrow(mine.localAddress(descriptor));
        return mine.address();
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    protected void implCloseSelectableChannel() {
        output.close(calls());
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        if (block) {
            throw new UnsupportedOperationException("blocking channels");
        }
    }
}
