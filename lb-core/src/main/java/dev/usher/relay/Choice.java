package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.metrics.Traffic;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.opening.PlainOpening;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.route.Decision;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The choice of a backend for one client: the client's opening, the route by the opening, the attempts in the pool. */
final class Choice {
    private final Client client;

    private @Nullable Opening opening;
    /** The request and the answer before the opening within took the place; else null. */
    private @Nullable HttpExchange before;

    private Destination.@Nullable Host host;
    /** The name that got the opening refused, escaped; else null. */
    private @Nullable String refusedName;

    /** The user that the client says to be; null without one. */
    private @Nullable String user;

    private long helloNanos = SessionEnd.UNKNOWN;

    private @Nullable String route;
    /** The counts of the way that leads to the pool; null until the way is known. */
    private @Nullable Traffic way;

    private @Nullable Attempts attempts;
    /** True once a backend was connected, of which the client is told. */
    private boolean tellsConnected;
    /** The opening's word for a connected backend, with the part that the client has yet to take; null without a word. */
    private @Nullable ByteBuffer wordForConnected;

    Choice(Client client) {
        this.client = client;
    }

    Client client() {
        return client;
    }

    /** The routing in force, for use within the same turn only. */
    Routing routing() {
        return place().routing();
    }

    /** The open connections of the process. */
    Room room() {
        return place().shared().room();
    }

    private Workplace place() {
        return client.place();
    }

    // ---- asked for ----

    Opening beginOpening() {
        opening = place().shared().openings().begin(client.listenerConfig());
        return opening;
    }

    /** Once the client is known. */
    Opening opening() {
        return Objects.requireNonNull(opening, "once the client is known");
    }

    /** The request and the answer so far; null without either. */
    @Nullable
    HttpExchange exchange() {
        return opening == null || before != null ? before : opening.exchange();
    }

    /** The opening's word to a client refused for {@code reason}; null if the opening has no word. */
    @Nullable
    ByteBuffer refusal(CloseReason reason) {
        if (opening == null || reason.refusal() == null) {
            return null;
        }
        Opening within = tellsConnected ? opening.within() : null;
        return within == null ? opening.refusal(reason.refusal()) : behindWord(within.refusal(reason.refusal()));
    }

    /** A client reads words of the opening within only behind the whole word for a connected backend. */
    private @Nullable ByteBuffer behindWord(@Nullable ByteBuffer refusal) {
        ByteBuffer word = wordForConnected;
        if (word == null || refusal == null || !word.hasRemaining()) {
            return refusal;
        }
        return ByteBuffer.allocate(word.remaining() + refusal.remaining())
                .put(word.slice())
                .put(refusal)
                .flip();
    }

    /**
     * The part of the opening's word for the first connected backend that the client has yet to take; null if the opening has no
     * word, or the client has had the whole word.
     */
    @Nullable
    ByteBuffer wordForConnected() {
        if (!tellsConnected) {
            tellsConnected = true;
            wordForConnected = opening().connected();
        }
        return wordForConnected == null || !wordForConnected.hasRemaining() ? null : wordForConnected;
    }

    /** The opening within is whole, and takes the place of the opening. */
    void isVetted() {
        before = opening().exchange();
        opening = Objects.requireNonNull(opening().within(), "heard before");
        attempts().beginAfterWait();
    }

    /** The opening is refused for a bad name. */
    void isRefused(String name) {
        refusedName = name;
        place().names().countRefused(name, place().worker().nowNanos());
    }

    /** The client claims to be this user. */
    void isSaidBy(String name) {
        user = name;
    }

    @Nullable
    String user() {
        return user;
    }

    /** The opening is whole, and asks for a host. */
    void isAskedFor(Destination.Host asked) {
        host = asked;
        helloNanos = place().worker().clock().nanos() - client.acceptedNanos();
        client.counts().hello().record(helloNanos);
    }

    /** The host in the client's opening; null while unknown, and always without a host. */
    Destination.@Nullable Host host() {
        return host;
    }

    @Nullable
    String refusedName() {
        return refusedName;
    }

    /** Time from accept to the whole opening; {@link SessionEnd#UNKNOWN} without a host. */
    long helloNanos() {
        return helloNanos;
    }

    // ---- decided ----

    /** The opening is of a protocol that is relayed without further reading. */
    void isRelayedAs(String instead) {
        opening = PlainOpening.INSTANCE;
        route = instead;
    }

    void isDecided(Destination.Host asked, Decision decision) {
        if (asked.name() != null) {
            place().names().count(asked.name(), decision, place().worker().nowNanos());
        }
        way = routing().traffic().of(decision, client.listener());
        route = switch (decision) {
            case Decision.Serve serve -> serve.route();
            case Decision.Refuse refused -> refused.route();
        };
    }

    @Nullable
    String route() {
        return route;
    }

    @Nullable
    Traffic way() {
        return way;
    }

    // ---- tried ----

    void beginAttempts(Pool pool) {
        if (way == null) {
            way = routing().traffic().withoutRoute(route, client.listener());
        }
        Workplace place = place();
        attempts = new Attempts(
                pool,
                place.index(),
                place.worker().clock(),
                client.address(),
                place.shared().own());
    }

    /** Once a pool is chosen. */
    Attempts attempts() {
        return Objects.requireNonNull(attempts, "once a pool is chosen");
    }

    /** The attempts; null until a pool is chosen. */
    @Nullable
    Attempts attemptsSoFar() {
        return attempts;
    }

    /** Takes over the pool of the configuration in force. */
    void followPool() {
        attempts().follow(routing().pools().get(attempts().pool().name()));
    }

    /**
     * Takes over the pool of the configuration in force, and holds a backend other than the current for the next
     * attempt.
     */
    boolean holdAnother() {
        followPool();
        return attempts().holdAnother();
    }

    /** True exactly while the protocol expects an answer of the backend, and no byte has come. */
    boolean isUnanswered() {
        return opening().expectsAnswer() && !attempts().wasAnswered();
    }

    boolean hasOneOf(Collection<Backend> backends) {
        return attempts != null && attempts.holdsOneOf(backends);
    }

    /** The session counts as open on no backend any more. */
    void releaseBackend() {
        if (attempts != null) {
            attempts.release();
        }
    }
}
