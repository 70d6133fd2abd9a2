package dev.usher.relay;

import dev.usher.config.ListenerConfig;
import dev.usher.end.CloseReason;
import dev.usher.loop.Worker;
import dev.usher.metrics.Traffic;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.opening.PlainOpening;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.proxyheader.ProxyHeaderResult;
import dev.usher.route.Decision;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import dev.usher.view.SessionIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The account of one session: client, route, attempts, end. Counts and logs the end, and gives the session's row in the
 * list of connections.
 */
final class Account {
    private final Workplace place;
    private final Origin origin;
    private final Link link;
    private final long id;
    private final long acceptedNanos;

    /** The PROXY header of a trusted proxy; null without a header. */
    private ProxyHeaderResult.@Nullable Header told;

    private @Nullable Opening opening;
    private Destination.@Nullable Host host;
    /** The name that got the opening refused, escaped; else null. */
    private @Nullable String refusedName;

    private @Nullable String route;
    /** The counts of the way that leads to the pool; null until the way is known. */
    private @Nullable Traffic way;

    private @Nullable Attempts attempts;
    private long helloNanos = SessionEnd.UNKNOWN;
    private int clientLimit = ClientLimits.NOT_COUNTED;
    /** True exactly when the client has had the opening's word for a connected backend. */
    private boolean toldConnected;

    /** True exactly when the client itself has sent a byte, after any PROXY header. */
    private boolean heard;

    private boolean reported;

    Account(Workplace place, Origin origin, Link link) {
        this.place = place;
        this.origin = origin;
        this.link = link;
        this.id = place.nextId();
        this.acceptedNanos = place.worker().nowNanos();
    }

    // ---- who ----

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

    String listener() {
        return origin.name();
    }

    Routing routing() {
        return place.routing();
    }

    /** The listener's settings of now. */
    ListenerConfig listenerConfig() {
        return origin.config(place.routing());
    }

    /** A trusted proxy has said where the client is. */
    void toldBy(ProxyHeaderResult.Header header) {
        told = header;
    }

    /** The source in a trusted proxy's header, else the peer of the connection. */
    InetSocketAddress clientAddress() {
        InetSocketAddress source = told == null ? null : told.source();
        return source == null ? peerAddress() : source;
    }

    /** The destination in a trusted proxy's header, else the address at which the connection was accepted. */
    InetSocketAddress destinationAddress() {
        InetSocketAddress destination = told == null ? null : told.destination();
        try {
            return destination == null
                    ? (InetSocketAddress) link.client.channel().getLocalAddress()
                    : destination;
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its address", e);
        }
    }

    /** The port at which the connection was accepted, whatever a PROXY header says. */
    int localPort() {
        return link.client.channel().socket().getLocalPort();
    }

    InetSocketAddress peerAddress() {
        try {
            return (InetSocketAddress) link.client.channel().getRemoteAddress();
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its peer", e);
        }
    }

    /**
     * Counts the client against the limits for each client; null if the client may come in, else the reason for the
     * refusal.
     */
    @Nullable
    CloseReason admit() {
        clientLimit = place.shared()
                .clientLimits()
                .admit(
                        clientAddress().getAddress(),
                        place.routing(),
                        place.worker().nowNanos());
        if (clientLimit >= 0 || clientLimit == ClientLimits.NOT_COUNTED) {
            return null;
        }
        return clientLimit == ClientLimits.TOO_MANY ? CloseReason.CLIENT_CONNECTIONS : CloseReason.CLIENT_RATE;
    }

    // ---- asked for, decided, tried ----

    Opening beginOpening() {
        opening = place.shared().openings().begin(listenerConfig());
        return opening;
    }

    /** Once the client is known. */
    Opening opening() {
        return Objects.requireNonNull(opening, "once the client is known");
    }

    /** The opening's word to a client refused for {@code reason}; null if the opening has no word. */
    @Nullable
    ByteBuffer refusal(CloseReason reason) {
        return opening == null || reason.refusal() == null ? null : opening.refusal(reason.refusal());
    }

    /**
     * The opening's word for the first connected backend; null if the opening has no word, or the client has had it.
     */
    @Nullable
    ByteBuffer wordForConnected() {
        ByteBuffer word = toldConnected ? null : opening().connected();
        toldConnected = true;
        return word;
    }

    /** The host in the client's opening; null while unknown, and always without a host. */
    Destination.@Nullable Host host() {
        return host;
    }

    /** The client itself has sent a byte. */
    void isHeard() {
        heard = true;
    }

    /** The opening is refused for a bad name. */
    void isRefused(String name) {
        refusedName = name;
        place.names().countRefused(name, worker().nowNanos());
    }

    /** The opening is whole, and asks for a host. */
    void isAskedFor(Destination.Host asked) {
        host = asked;
        helloNanos = place.worker().clock().nanos() - acceptedNanos;
        origin.counts().hello().record(helloNanos);
    }

    /** The opening is of a protocol that is relayed without further reading. */
    void isRelayedAs(String instead) {
        opening = PlainOpening.INSTANCE;
        route = instead;
    }

    void isDecided(Destination.Host asked, Decision decision) {
        if (asked.name() != null) {
            place.names().count(asked.name(), decision, place.worker().nowNanos());
        }
        way = place.routing().traffic().of(decision, listener());
        route = switch (decision) {
            case Decision.Serve serve -> serve.route();
            case Decision.Refuse refused -> refused.route();
        };
    }

    void beginAttempts(Pool pool) {
        if (way == null) {
            way = place.routing().traffic().withoutRoute(route, listener());
        }
        attempts = new Attempts(pool, place.index(), worker().clock(), clientAddress(), own());
    }

    private OwnConnections own() {
        return place.shared().own();
    }

    /** Whether the client is usher itself: a backend's address leads to a listener of this process. */
    boolean isLoop() {
        return own().isOwn(link.client.channel());
    }

    /** The current backend is connected. */
    void isConnected() {
        attempts().connected(link.backend.channel());
    }

    /** Once a pool is chosen. */
    Attempts attempts() {
        return Objects.requireNonNull(attempts, "once a pool is chosen");
    }

    /** Takes over the pool of the configuration in force. */
    void followPool() {
        attempts().follow(place.routing().pools().get(attempts().pool().name()));
    }

    /**
     * Takes over the pool of the configuration in force, and holds a backend other than the current for the next
     * attempt.
     */
    boolean holdAnother() {
        followPool();
        return attempts().holdAnother();
    }

    /** Gives up the current backend after a failed attempt. */
    void giveBackendUp(AttemptOutcome outcome) {
        attempts().failed(outcome);
        link.dropBackend();
    }

    /** True exactly while the protocol expects an answer of the backend, and no byte has come. */
    boolean isUnanswered() {
        return opening().expectsAnswer() && !attempts().wasAnswered();
    }

    boolean hasOneOf(Collection<Backend> backends) {
        return attempts != null && attempts.holdsOneOf(backends);
    }

    // ---- the end ----

    /** The session counts as open on no backend any more. */
    void releaseBackend() {
        if (attempts != null) {
            attempts.release();
        }
    }

    /** The session is closed. */
    void close() {
        releaseBackend();
        place.shared().clientLimits().release(clientLimit);
        origin.onClosed();
    }

    /** Counts and logs the end; the first reason is the reason. */
    void report(CloseReason reason) {
        if (reported) {
            return;
        }
        reported = true;
        origin.counts().ended().of(reason).increment();
        if (way != null) {
            way.ended(link.up.bytes(), link.down.bytes());
        }
        if (attempts != null) {
            attempts.ended(reason, link.up.bytes(), link.down.bytes(), worker().nowNanos() - acceptedNanos);
        }
        boolean failed = hasFailed(reason);
        try {
            boolean logged = place.log().wants(reason, isEmpty());
            if (failed || logged) {
                SessionEnd end = describe(reason);
                if (failed) {
                    place.failed().add(end, worker().nowNanos());
                }
                if (logged) {
                    place.log().ended(place.index(), end);
                }
            }
        } catch (RuntimeException | Error bug) { // a log that fails must not keep the session open
            worker().onBug("the log of sessions failed", bug);
        }
    }

    /** False also for a client that came and left without a byte, as a port scan or the check of a load balancer. */
    private boolean hasFailed(CloseReason reason) {
        boolean cameAndLeft = reason == CloseReason.CLIENT_GONE_BEFORE_HELLO && isEmpty();
        return !reason.isFine() && !cameAndLeft;
    }

    /** True exactly until a byte has come from either side; a PROXY header does not count. */
    private boolean isEmpty() {
        return !heard && link.up.bytes() == 0 && link.down.bytes() == 0;
    }

    private Worker worker() {
        return place.worker();
    }

    ConnectionView view(SessionState state, Moment now) {
        return new ConnectionView(
                identity(),
                state.word(),
                now.wall(acceptedNanos),
                now.since(acceptedNanos),
                link.up.bytes(),
                link.down.bytes());
    }

    private SessionEnd describe(CloseReason reason) {
        return new SessionEnd(
                identity(),
                attempts == null ? 0 : attempts.count(),
                reason,
                helloNanos,
                attempts == null ? SessionEnd.UNKNOWN : attempts.connectNanos(),
                attempts == null ? SessionEnd.UNKNOWN : attempts.firstByteNanos(),
                worker().clock().nanos() - acceptedNanos,
                link.up.bytes(),
                link.down.bytes());
    }

    private SessionIdentity identity() {
        return new SessionIdentity(cid(), listener(), clientAddress(), sni(), alpn(), route, poolName(), backendName());
    }

    private @Nullable String sni() {
        return host == null || host.name() == null ? refusedName : host.name().name();
    }

    private @Nullable List<String> alpn() {
        return host == null ? null : host.protocols();
    }

    private @Nullable String poolName() {
        return attempts == null ? null : attempts.pool().name();
    }

    /** The name of the backend tried last; null before the first attempt. */
    private @Nullable String backendName() {
        Backend last = attempts == null ? null : attempts.current();
        return last == null ? null : last.name();
    }
}
