package dev.usher.relay;

import dev.usher.config.ListenerConfig;
import dev.usher.end.CloseReason;
import dev.usher.loop.Worker;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.proxyheader.ProxyHeaderResult;
import dev.usher.route.Decision;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The account of one session: who came, what was asked for, what was decided and tried, and how it ended. Counts and logs
 * the end, and shows the session meanwhile.
 */
final class Account {
    private final Workplace place;
    private final Session.Origin origin;
    private final Link link;
    private final long id;
    private final long acceptedNanos;

    /** A trusted proxy's word of the client; null if there is none. */
    private ProxyHeaderResult.@Nullable Header told;

    private @Nullable Opening opening;
    private Destination.@Nullable Host host;
    /** The name for which the opening is refused, escaped. */
    private @Nullable String refusedName;

    private @Nullable String route;
    private @Nullable Attempts attempts;
    private long helloNanos = SessionEnd.UNKNOWN;
    private int clientLimit = ClientLimits.NOT_COUNTED;
    /** True exactly when the client was told that a backend is connected. */
    private boolean toldConnected;

    /** True exactly when the client has sent a byte of its own. */
    private boolean heard;

    private boolean reported;

    Account(Workplace place, Session.Origin origin, Link link) {
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

    /** Where the client is: by a trusted proxy's word, else the peer of the connection. */
    InetSocketAddress clientAddress() {
        InetSocketAddress source = told == null ? null : told.source();
        return source == null ? peerAddress() : source;
    }

    /** Where the client wanted to: by a trusted proxy's word, else where it was accepted. */
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

    InetSocketAddress peerAddress() {
        try {
            return (InetSocketAddress) link.client.channel().getRemoteAddress();
        } catch (IOException e) {
            throw new IllegalStateException("an open channel knows its peer", e);
        }
    }

    /** Counts the client against its limits; null if it may come in, else why not. */
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

    /** What a refused client is told of {@code reason}; null if there is no word for it. */
    @Nullable
    ByteBuffer refusal(CloseReason reason) {
        return opening == null || reason.refusal() == null ? null : opening.refusal(reason.refusal());
    }

    /** What the client is told of the first backend that is connected; null for nothing, or if it was told already. */
    @Nullable
    ByteBuffer wordForConnected() {
        ByteBuffer word = toldConnected ? null : opening().connected();
        toldConnected = true;
        return word;
    }

    /** The host that was asked for; null if none was, or not yet. */
    Destination.@Nullable Host host() {
        return host;
    }

    /** The client has sent a byte of its own. */
    void isHeard() {
        heard = true;
    }

    /** The opening is refused for the name that it asks for. */
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

    void isDecided(Destination.Host asked, Decision decision) {
        if (asked.name() != null) {
            place.names().count(asked.name(), decision, place.worker().nowNanos());
        }
        route = switch (decision) {
            case Decision.Serve serve -> serve.route();
            case Decision.Refuse refused -> refused.route();
        };
    }

    void beginAttempts(Pool pool) {
        attempts = new Attempts(pool, place.index(), worker().clock(), clientAddress(), own());
    }

    private OwnConnections own() {
        return place.shared().own();
    }

    /** Whether the client is usher itself: a backend's address leads to one of its own listeners. */
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

    /** Goes on with the pool as the configuration of now has it. */
    void followPool() {
        attempts().follow(place.routing().pools().get(attempts().pool().name()));
    }

    /** Finds another backend than the current one, as the configuration of now has them, for the next attempt. */
    boolean holdAnother() {
        followPool();
        return attempts().holdAnother();
    }

    /** Parts with the current backend, which did not do. */
    void giveBackendUp(AttemptOutcome outcome) {
        attempts().failed(outcome);
        link.dropBackend();
    }

    /** True exactly while the protocol expects an answer of the backend, and none has come. */
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
        if (attempts != null) {
            attempts.ended(reason, link.up.bytes(), link.down.bytes(), worker().nowNanos() - acceptedNanos);
        }
        try {
            if (place.log().wants(reason, isEmpty())) {
                place.log().ended(place.index(), describe(reason));
            }
        } catch (RuntimeException | Error bug) { // of a log, which is not ours: the session has yet to be closed
            worker().onBug("the log of sessions failed", bug);
        }
    }

    /** True exactly until a byte has come from either side; a PROXY header is none of the client's. */
    private boolean isEmpty() {
        return !heard && link.up.bytes() == 0 && link.down.bytes() == 0;
    }

    private Worker worker() {
        return place.worker();
    }

    ConnectionView view(SessionState state, Moment now) {
        return new ConnectionView(
                cid(),
                listener(),
                clientAddress(),
                sni(),
                alpn(),
                route,
                poolName(),
                backendName(),
                state.word(),
                now.wall(acceptedNanos),
                now.since(acceptedNanos),
                link.up.bytes(),
                link.down.bytes());
    }

    private SessionEnd describe(CloseReason reason) {
        return new SessionEnd(
                cid(),
                listener(),
                clientAddress(),
                sni(),
                alpn(),
                route,
                poolName(),
                backendName(),
                attempts == null ? 0 : attempts.count(),
                reason,
                helloNanos,
                attempts == null ? SessionEnd.UNKNOWN : attempts.connectNanos(),
                attempts == null ? SessionEnd.UNKNOWN : attempts.firstByteNanos(),
                worker().clock().nanos() - acceptedNanos,
                link.up.bytes(),
                link.down.bytes());
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

    /** Of the last backend that was tried. */
    private @Nullable String backendName() {
        Backend last = attempts == null ? null : attempts.current();
        return last == null ? null : last.name();
    }
}
