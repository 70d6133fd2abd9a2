package dev.usher.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this process to backends, kept to recognise a connection that comes in again at a listener: a
 * route to usher itself would go round until no socket is left. Shared by the workers without a lock, and of a fixed
 * size.
 *
 * <p>Only a connection to a port at which this process listens can come in again. No other connection is noted, since the
 * question for the local address is a system call.
 *
 * <p>Each local port has one mark, for the last connection from this port. A mark is a hash of both addresses and both
 * ports, with the local port in the lowest bits. So a client counts as our own only if both ends are the same, and two
 * open connections never share both ends. Connections to several backends may share a local port: then only the last
 * connection is known, and a loop over an earlier connection goes a hop further. A mark is cleared before its socket is
 * closed, so the next user of the port is not refused.
 *
 * <p>A unix socket has no ports, and no mark. A loop over another machine, or through an address rewritten by the kernel on the way, is not seen.
 */
public final class OwnConnections {
    /** The value for no mark. */
    static final long NONE = 0;

    private static final int PORTS = 65_536;
    private static final long PORT_MASK = PORTS - 1;

    /** Half a mebibyte. */
    private final AtomicLongArray marks = new AtomicLongArray(PORTS);
    /** Ports of listeners, a bit each. A port stays after its listener, which costs a call for each connection there. */
    private final AtomicIntegerArray listened = new AtomicIntegerArray(PORTS / Integer.SIZE);

    /** Notes the address of a listener, before the listener accepts. */
    void listensAt(SocketAddress address) {
        if (address instanceof InetSocketAddress tcp) {
            listened.accumulateAndGet(tcp.getPort() / Integer.SIZE, 1 << tcp.getPort(), (all, bit) -> all | bit);
        }
    }

    private boolean isListener(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress tcp
                && (listened.get(tcp.getPort() / Integer.SIZE) & 1 << tcp.getPort()) != 0;
    }

    /**
     * Notes a connection to a backend.
     *
     * @return the mark, for {@link #leave} before the socket is closed; {@link #NONE} for a connection that cannot come in again
     */
    long enter(SocketChannel backend) {
        try {
            SocketAddress remote = backend.getRemoteAddress();
            if (!isListener(remote)) {
                return NONE;
            }
            long mark = mark(backend.getLocalAddress(), remote);
            if (mark != NONE) {
                marks.setRelease((int) (mark & PORT_MASK), mark);
            }
            return mark;
        } catch (IOException closed) { // a closed socket has no other end
            return NONE;
        }
    }

    /** Forgets a connection, unless another connection has taken its place. */
    void leave(long mark) {
        if (mark != NONE) {
            marks.compareAndSet((int) (mark & PORT_MASK), mark, NONE);
        }
    }

    /** Whether the other end of an accepted connection is a connection of this process to a backend. */
    boolean isOwn(SocketChannel accepted) {
        try {
            if (!(accepted.getRemoteAddress() instanceof InetSocketAddress peer)) {
                return false;
            }
            long noted = marks.getAcquire(peer.getPort());
            return noted != NONE && noted == mark(peer, accepted.getLocalAddress());
        } catch (IOException closed) {
            return false;
        }
    }

    private long mark(@Nullable SocketAddress from, @Nullable SocketAddress to) {
        if (!(from instanceof InetSocketAddress local) || !(to instanceof InetSocketAddress remote)) {
            return NONE;
        }
        long hash = mix(local.getAddress().hashCode());
        hash = mix(hash + remote.getAddress().hashCode());
        hash = mix(hash + remote.getPort());
        return (hash & ~PORT_MASK) | local.getPort();
    }

    /** The finalizer of MurmurHash3. */
    private static long mix(long bits) {
        long mixed = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
