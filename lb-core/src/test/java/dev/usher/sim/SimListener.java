package dev.usher.sim;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A listening socket of a worker, with its queue. */
final class SimListener extends ServerSocketChannel implements SimChannel {
    private final SimNetwork network;
    private final ArrayDeque<Wire> queue = new ArrayDeque<>();
    private @Nullable InetSocketAddress address;
    /** True exactly when an accept has failed since the queue was empty: a close may then lose connections. */
    private boolean hasFailed;

    private boolean registered;

    SimListener(SimNetwork network) {
        super(network);
        this.network = network;
    }

    @Nullable
    InetSocketAddress address() {
        return address;
    }

    void queue(Wire wire) {
        queue.add(wire);
    }

    @Override
    public ServerSocketChannel bind(SocketAddress local, int backlog) {
        address = (InetSocketAddress) local;
        network.listens(this);
        return this;
    }

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
        if (queue.isEmpty()) {
            hasFailed = false;
            return null;
        }
        if (network.hits(Fault.NO_DESCRIPTORS, 8)) {
            hasFailed = true;
            throw new SocketException("Too many open files");
        }
        Wire wire = queue.remove();
        SimSocket accepted = new SimSocket(network, wire);
        network.onOpened(accepted);
        network.ledger().accepts(wire, accepted);
        return accepted;
    }

    @Override
    protected void implCloseSelectableChannel() {
        network.onClosed(this, registered);
        boolean may = queue.isEmpty() || hasFailed || !network.ledger().isOpen();
        network.rules().check(may, "a listener was closed with connections in its queue");
        for (Wire dropped : queue) {
            dropped.nearClose(true);
            network.ledger().dropped(dropped);
        }
        queue.clear();
    }

    @Override
    public SelectableChannel self() {
        return this;
    }

    @Override
    public int possible() {
        return queue.isEmpty() ? 0 : SelectionKey.OP_ACCEPT;
    }

    @Override
    public boolean isHungUp() {
        return false;
    }

    @Override
    public void onRegistered(SimKey key) {
        registered = true;
    }

    @Override
    public void onForgotten() {
        registered = false;
    }

    @Override
    public String label() {
        return "listener";
    }

    @Override
    public SocketAddress getLocalAddress() {
        return Objects.requireNonNull(address);
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, T value) {
        return this;
    }

    @Override
    protected void implConfigureBlocking(boolean block) {
        // no call here waits
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
    public ServerSocket socket() {
        throw new UnsupportedOperationException();
    }
}
