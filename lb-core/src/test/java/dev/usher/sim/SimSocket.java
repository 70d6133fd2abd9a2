package dev.usher.sim;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Usher's end of a {@link Wire}, toward a client or a backend. Errors come as from Linux. */
final class SimSocket extends SocketChannel implements SimChannel {
    private static final String BROKEN_PIPE = "Broken pipe";

    private final SimNetwork network;
    private @Nullable Wire wire;
    private @Nullable InetSocketAddress remote;
    private @Nullable Knock knock;
    private long knockedNanos;
    private boolean lingers = true;
    private @Nullable SimKey key;
    /** True exactly when the selector has forgotten the socket: it is on its way to be closed. */
    private boolean forgotten;

    /** A socket that is not connected yet. */
    SimSocket(SimNetwork network) {
        super(network);
        this.network = network;
    }

    /** An accepted connection. */
    SimSocket(SimNetwork network, Wire wire) {
        this(network);
        this.wire = wire;
        this.remote = wire.far;
    }

    /** Once connected. */
    Wire wire() {
        return Objects.requireNonNull(wire);
    }

    @Nullable
    Wire wireOrNull() {
        return wire;
    }

    /** The backend that the socket was to connect to; null for a client's. */
    @Nullable
    InetSocketAddress knockedAt() {
        return knock == null ? null : knock.address();
    }

    /** Whether usher still has the socket: open, and not on its way to be closed. */
    boolean isHeld() {
        return isOpen() && !forgotten && (key == null || key.isValid());
    }

    // ---- connecting ----

    @Override
    public boolean connect(SocketAddress peer) throws IOException {
        remote = (InetSocketAddress) peer;
        knock = network.knock(this, remote);
        knockedNanos = network.now();
        return finishConnect();
    }

    @Override
    public boolean finishConnect() throws IOException {
        Knock asked = Objects.requireNonNull(knock);
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        if (wire == null && network.now() >= asked.answeredNanos()) {
            wire = network.answer(this, asked);
        }
        return wire != null;
    }

    /** When the connect under way began; the end of time without one. */
    long knockedNanos() {
        return wire == null && knock != null ? knockedNanos : Long.MAX_VALUE;
    }

    /** When the connect under way is answered; never without one. */
    long answeredNanos() {
        return wire == null && knock != null ? knock.answeredNanos() : Long.MAX_VALUE;
    }

    @Override
    public boolean isConnected() {
        return wire != null;
    }

    @Override
    public boolean isConnectionPending() {
        return wire == null && knock != null;
    }

    // ---- bytes ----

    @Override
    public int read(ByteBuffer into) throws IOException {
        Wire from = connected();
        int readable = Math.min(from.readable(), into.remaining());
        if (readable > 0) {
            int count =
                    network.hits(Fault.SHORT_READS, 2) ? 1 + network.chance().below(readable) : readable;
            from.stream.copyTo(into, from.read, count);
            from.read += count;
            network.ledger().read(from, count);
            return count;
        }
        if (from.isFinArrived()) {
            network.ledger().readFin(from);
            return -1;
        }
        fail(from);
        return from.isDead() ? -1 : 0; // the error has been told to a write
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        Wire into = connected();
        fail(into);
        if (into.isDead() || into.hasNearFin()) {
            network.ledger().broken(into);
            throw new SocketException(BROKEN_PIPE);
        }
        int writable = Math.min(into.writable(), bytes.remaining());
        if (writable <= 0) {
            return 0;
        }
        int count = network.hits(Fault.SHORT_WRITES, 2) ? 1 + network.chance().below(writable) : writable;
        network.ledger().writes(into, bytes, count);
        bytes.position(bytes.position() + count);
        into.wrote(count);
        return count;
    }

    private void fail(Wire broken) throws IOException {
        try {
            broken.throwError();
        } catch (SocketException told) {
            network.ledger().broken(broken);
            throw told;
        }
    }

    private Wire connected() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        if (wire == null) {
            throw new NotYetConnectedException();
        }
        return wire;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        Wire into = connected();
        if (into.isDead()) {
            network.ledger().broken(into);
            throw new SocketException("Socket is not connected");
        }
        network.ledger().fin(into);
        into.nearFin();
        return this;
    }

    // ---- the end ----

    @Override
    protected void implCloseSelectableChannel() {
        network.onClosed(this, key != null);
        if (knock != null && (wire == null || wire.read == 0)) {
            network.ledger().roll().mayHaveFailed(knock.address());
        }
        if (wire != null) {
            network.ledger().closes(wire, !lingers);
            wire.nearClose(!lingers);
        }
    }

    // ---- options and addresses ----

    @Override
    public <T> SocketChannel setOption(SocketOption<T> option, T value) throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        if (option.equals(StandardSocketOptions.SO_LINGER)) {
            lingers = !value.equals(0);
        } else if (option.equals(StandardSocketOptions.SO_KEEPALIVE) && wire != null) {
            wire.keepAlive();
        }
        return this;
    }

    @Override
    public SocketAddress getRemoteAddress() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        return Objects.requireNonNull(remote);
    }

    @Override
    public SocketAddress getLocalAddress() throws IOException {
        return connected().near;
    }

    // ---- for the selector ----

    @Override
    public SelectableChannel self() {
        return this;
    }

    @Override
    public int possible() {
        if (wire == null) {
            return knock != null && network.now() >= knock.answeredNanos() ? SelectionKey.OP_CONNECT : 0;
        }
        return (wire.isReadable() ? SelectionKey.OP_READ : 0) | (wire.isWritable() ? SelectionKey.OP_WRITE : 0);
    }

    @Override
    public boolean isHungUp() {
        return wire != null && wire.isHungUp();
    }

    @Override
    public void onRegistered(SimKey its) {
        key = its;
    }

    @Override
    public void onForgotten() {
        key = null;
        forgotten = true;
    }

    @Override
    public String label() {
        return wire == null ? String.valueOf(remote) : wire.name;
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // no call here waits
    }

    // ---- of no use here ----

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) {
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> option) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return Set.of();
    }

    @Override
    public SocketChannel shutdownInput() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket socket() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long write(ByteBuffer[] bytes, int offset, int length) {
        throw new UnsupportedOperationException();
    }
}
