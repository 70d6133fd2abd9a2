package dev.usher.relay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * The connections that this process has to backends, so that one that comes in again at a listener is known: a route that
 * leads to usher itself would go round until nothing is left. Shared by all workers without a lock, and of one size.
 *
 * <p>One mark for each local port, of the connection that took it last. A mark is a hash of both addresses and both ports,
 * with the local port in its lowest bits, so a client is taken for our own only if both ends are the same, and two open
 * connections never share both. Connections to several backends may share a local port: then only the last one is known, and
 * a loop over another goes one hop further. A mark is gone before its socket is closed: who gets the port next is not hit.
 *
 * <p>A loop over another machine, or through an address that the kernel rewrites on the way, is not seen.
 */
public final class OwnConnections {
    /** In place of a mark where there is none. */
    static final long NONE = 0;

    private static final int PORTS = 65_536;
    private static final long PORT_MASK = PORTS - 1;

    /** Half a mebibyte. */
    private final AtomicLongArray marks = new AtomicLongArray(PORTS);

    /**
     * Notes a connection to a backend.
     *
     * @return what {@link #leave} wants before the socket is closed
     */
    long enter(SocketChannel backend) {
        try {
            long mark = mark(backend.getLocalAddress(), backend.getRemoteAddress());
            if (mark != NONE) {
                marks.setRelease((int) (mark & PORT_MASK), mark);
            }
            return mark;
        } catch (IOException closed) { // it has no other end that could be ours
            return NONE;
        }
    }

    /** Forgets a connection, unless another one has taken its place. */
    void leave(long mark) {
        if (mark != NONE) {
            marks.compareAndSet((int) (mark & PORT_MASK), mark, NONE);
        }
    }

    /** Whether the other end of an accepted connection is one of those that were noted. */
    boolean isOwn(SocketChannel accepted) {
        try {
            InetSocketAddress peer = (InetSocketAddress) accepted.getRemoteAddress();
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
