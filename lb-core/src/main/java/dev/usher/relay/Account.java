package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.loop.Worker;
import dev.usher.metrics.Traffic;
import dev.usher.opening.Destination;
import dev.usher.pool.Backend;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import dev.usher.view.SessionIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The account of one session, made when asked for: the row in the list of connections, and in the end the counts and
 * the line in the log.
 */
record Account(Client client, Choice choice, Link link) {
    ConnectionView view(SessionState state, Moment now) {
        return new ConnectionView(
                identity(),
                state.word(),
                now.wall(client.acceptedNanos()),
                now.since(client.acceptedNanos()),
                link.up.bytes(),
                link.down.bytes());
    }

    /** Counts and logs the end. */
    void report(CloseReason reason) {
        client.counts().ended().of(reason).increment();
        Traffic way = choice.way();
        if (way != null) {
            way.ended(link.up.bytes(), link.down.bytes());
        }
        Attempts attempts = choice.attemptsSoFar();
        if (attempts != null) {
            long totalNanos = worker().nowNanos() - client.acceptedNanos();
            attempts.ended(reason, link.up.bytes(), link.down.bytes(), totalNanos);
        }
        try {
            tell(reason);
        } catch (RuntimeException | Error bug) { // a log that fails must not keep the session open
            worker().onBug("the log of sessions failed", bug);
        }
    }

    private void tell(CloseReason reason) {
        Workplace place = client.place();
        boolean failed = hasFailed(reason);
        boolean logged = place.log().wants(reason, isEmpty());
        if (!failed && !logged) {
            return;
        }
        SessionEnd end = describe(reason);
        if (failed) {
            place.failed().add(end, worker().nowNanos());
        }
        if (logged) {
            place.log().ended(place.index(), end);
        }
    }

    /** False also for a client that came and left without a byte, as a port scan or the check of a load balancer. */
    private boolean hasFailed(CloseReason reason) {
        boolean cameAndLeft = reason == CloseReason.CLIENT_GONE_BEFORE_HELLO && isEmpty();
        return !reason.isFine() && !cameAndLeft;
    }

    /** True exactly until a byte has come from either side; a PROXY header does not count. */
    private boolean isEmpty() {
        return !client.wasHeard() && link.up.bytes() == 0 && link.down.bytes() == 0;
    }

    private SessionEnd describe(CloseReason reason) {
        Attempts attempts = choice.attemptsSoFar();
        return new SessionEnd(
                identity(),
                choice.exchange(),
                attempts == null ? 0 : attempts.count(),
                reason,
                choice.helloNanos(),
                attempts == null ? SessionEnd.UNKNOWN : attempts.connectNanos(),
                attempts == null ? SessionEnd.UNKNOWN : attempts.firstByteNanos(),
                worker().clock().nanos() - client.acceptedNanos(),
                link.up.bytes(),
                link.down.bytes());
    }

    private SessionIdentity identity() {
        Attempts attempts = choice.attemptsSoFar();
        Backend last = attempts == null ? null : attempts.current();
        return new SessionIdentity(
                client.cid(),
                client.listener(),
                client.address(),
                choice.user(),
                sni(),
                alpn(),
                choice.route(),
                attempts == null ? null : attempts.pool().name(),
                last == null ? null : last.name());
    }

    private @Nullable String sni() {
        Destination.Host host = choice.host();
        return host == null || host.name() == null
                ? choice.refusedName()
                : host.name().name();
    }

    private @Nullable List<String> alpn() {
        Destination.Host host = choice.host();
        return host == null ? null : host.protocols();
    }

    private Worker worker() {
        return link.worker;
    }
}
