package dev.usher.relay;

import dev.usher.config.ListenerConfig;
import dev.usher.end.CloseReason;
import dev.usher.proxyheader.ProxyHeaderResult;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** The client of one session: the listener, the addresses, and the client's share of the limits. */
final class Client {
    private final Workplace place;
    private final Origin origin;
    private final Side side;
    private final long id;
    private final long acceptedNanos;

    /** The PROXY header of a trusted proxy; null without a header. */
    private ProxyHeaderResult.@Nullable Header told;

    private int limit = ClientLimits.NOT_COUNTED;
    /** True exactly when the client itself has sent a byte, after any PROXY header. */
    private boolean heard;

    /** The mark of the hello among the open hellos; 0 if not among them. */
    private long hello;

    /** @param side the connection to the client */
    Client(Workplace place, Origin origin, Side side) {
        this.place = place;
        this.origin = origin;
        this.side = side;
        this.id = place.nextId();
        this.acceptedNanos = place.worker().nowNanos();
    }

    Workplace place() {
        return place;
    }

    /** The number of the session. */
    long id() {
        return id;
    }

    /** The name of the session. */
    String cid() {
        return place.shared().cid(id);
    }

    long acceptedNanos() {
        return acceptedNanos;
    }

    // ---- the listener ----

    String listener() {
        return origin.name();
    }

    /** The listener's settings of now. */
    ListenerConfig listenerConfig() {
        return origin.config(place.routing());
    }

    /** The counts of the listener. */
    ListenerCounts.OfWorker counts() {
        return origin.counts();
    }

    // ---- the addresses ----

    /** A trusted proxy has said where the client is. */
    void toldBy(ProxyHeaderResult.Header header) {
        told = header;
    }

    /** The source in a trusted proxy's header, else the peer of the connection. */
    SocketAddress address() {
        InetSocketAddress source = told == null ? null : told.source();
        return source == null ? peer() : source;
    }

    /** The destination in a trusted proxy's header, else the address at which the connection was accepted. */
    SocketAddress destination() {
        InetSocketAddress destination = told == null ? null : told.destination();
        return destination == null ? local() : destination;
    }

    private SocketAddress local() {
        try {
            return side.channel().getLocalAddress();
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its address", e);
        }
    }

    /** The IP address of {@link #address}; null if a unix socket was all that is known. */
    @Nullable
    InetAddress ip() {
        return address() instanceof InetSocketAddress tcp ? tcp.getAddress() : null;
    }

    /** The bytes of {@link #ip}; null without an address. */
    byte @Nullable [] ipBytes() {
        InetAddress ip = ip();
        return ip == null ? null : ip.getAddress();
    }

    /** The port at which the connection was accepted, whatever a PROXY header says; 0 for a unix socket. */
    int localPort() {
        return local() instanceof InetSocketAddress tcp ? tcp.getPort() : 0;
    }

    /** The other end of the connection; for a unix socket, whose clients have no address, our own end. */
    SocketAddress peer() {
        try {
            SocketAddress remote = side.channel().getRemoteAddress();
            return remote instanceof InetSocketAddress ? remote : local();
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its peer", e);
        }
    }

    /** Whether the client is usher itself: a backend's address leads to a listener of this process. */
    boolean isLoop() {
        return place.shared().own().isOwn(side.channel());
    }

    /**
     * Whether a client that names its backend is usher itself, over other machines: the hello is in other open sessions.
     *
     * @param mark of the hello; 0 without
     */
    boolean isLap(long mark) {
        if (mark == 0) {
            return false;
        }
        hello = mark;
        return !place.shared().hellos().enter(mark);
    }

    // ---- from the first byte to the end ----

    /** The client itself has sent a byte. */
    void isHeard() {
        heard = true;
    }

    boolean wasHeard() {
        return heard;
    }

    /**
     * Counts the client against the limits for each client; null if the client may come in, else the reason for the
     * refusal.
     */
    @Nullable
    CloseReason admit() {
        limit = place.shared()
                .clientLimits()
                .admit(ip(), place.routing(), place.worker().nowNanos());
        if (limit >= 0 || limit == ClientLimits.NOT_COUNTED) {
            return null;
        }
        return limit == ClientLimits.TOO_MANY ? CloseReason.CLIENT_CONNECTIONS : CloseReason.CLIENT_RATE;
    }

    /** The session is closed. */
    void close() {
        place.shared().clientLimits().release(limit);
        if (hello != 0) {
            place.shared().hellos().leave(hello);
        }
        origin.onClosed();
    }
}
