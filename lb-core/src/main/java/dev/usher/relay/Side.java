package dev.usher.relay;

import dev.usher.loop.Ready;
import dev.usher.loop.Worker;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A socket of a session, on the client side or on the backend side. */
final class Side implements Ready {
    /** Result of {@link #read} at the peer's FIN. */
    static final int END = -1;
    /** Result of {@link #read} and {@link #write} on a broken connection. */
    static final int BROKEN = -2;

    private static final int NOT_REGISTERED = -1;

    /** Finds a vanished peer within two minutes; the system's own setting takes two hours. */
    private static final int KEEPALIVE_IDLE_SECONDS = 60;

    private static final int KEEPALIVE_INTERVAL_SECONDS = 15;
    private static final int KEEPALIVE_COUNT = 4;

    private static final Logger log = LoggerFactory.getLogger(Side.class);

    /** The owner of a side. */
    interface Owner {
        Worker worker();

        /** A side is ready for {@code ops}. */
        void onReady(Side side, int ops);

        /** A fault in usher came up while {@link #onReady} ran. */
        void onBug();
    }

    private final Owner owner;
    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    /** The interest last given to the selector; giving the same interest again would cost a system call. */
    private int interest = NOT_REGISTERED;
    /** True exactly when a read has failed: the peer sent a RST, or the network gave up. */
    private boolean broken;
    /** True exactly when a write or a FIN has failed. Earlier bytes of the peer may still be readable. */
    private boolean deaf;

    Side(Owner owner) {
        this.owner = owner;
    }

    /** Takes a new channel; the earlier channel was closed or reset. */
    void open(SocketChannel opened) {
        channel = opened;
        broken = false;
        deaf = false;
    }

    @SuppressWarnings("NullAway") // callers have opened the side: a read without a channel is a bug
    SocketChannel channel() {
        return channel;
    }

    boolean isBroken() {
        return broken;
    }

    boolean isDeaf() {
        return deaf;
    }

    /**
     * Whether a RST can come while nothing is read. A unix socket has no RST: a plain close of the peer shows as the
     * same event, with bytes of the peer still to be read.
     */
    boolean hasResets() {
        try {
            return !(channel().getLocalAddress() instanceof UnixDomainSocketAddress);
        } catch (IOException e) {
            return false; // closed, and told elsewhere
        }
    }

    @Override
    public void onReady(int ops) {
        owner.onReady(this, ops);
    }

    @Override
    public void onBug(Throwable bug) {
        owner.onBug();
    }

    /** Registers with the selector, or changes the interest. Costs nothing without a change. */
    void watch(int ops) {
        if (ops == interest) {
            return;
        }
        interest = ops;
        if (key != null) {
            key.interestOps(ops);
            return;
        }
        try {
            key = owner.worker().register(channel(), ops, this);
        } catch (ClosedChannelException impossible) {
            throw new IllegalStateException("a side is closed only by its session", impossible);
        }
    }

    /** Bytes read, 0 for no byte, {@link #END} or {@link #BROKEN}. */
    int read(ByteBuffer into) {
        try {
            return channel().read(into);
        } catch (IOException reset) {
            broken = true;
            return BROKEN;
        }
    }

    /** Bytes written, fewer than there are if the socket is full, or {@link #BROKEN}. */
    int write(ByteBuffer from) {
        try {
            return channel().write(from);
        } catch (IOException reset) {
            deaf = true;
            return BROKEN;
        }
    }

    /** Sends a FIN. */
    void shutdownOutput() {
        try {
            channel().shutdownOutput();
        } catch (IOException reset) {
            deaf = true;
        }
    }

    /** Lets the kernel find out whether the peer of a quiet connection still lives. */
    void keepAlive() {
        try {
            channel().setOption(StandardSocketOptions.SO_KEEPALIVE, true);
            channel().setOption(ExtendedSocketOptions.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS);
            channel().setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, KEEPALIVE_INTERVAL_SECONDS);
            channel().setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, KEEPALIVE_COUNT);
        } catch (IOException | UnsupportedOperationException e) {
            log.debug("no TCP keepalive on this connection", e); // the idle time-out will do
        }
    }

    /** Gives the channel up with a FIN. */
    void close() {
        if (channel != null) {
            owner.worker().close(channel);
            forget();
        }
    }

    /** Gives the channel up with a RST. */
    void reset() {
        if (channel != null) {
            owner.worker().reset(channel);
            forget();
        }
    }

    private void forget() {
        channel = null;
        key = null;
        interest = NOT_REGISTERED;
    }
}
