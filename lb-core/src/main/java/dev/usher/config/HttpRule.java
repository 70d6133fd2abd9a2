package dev.usher.config;

import org.jspecify.annotations.Nullable;

/**
 * The treatment of HTTP requests without TLS, for a route, a default, or every route of a listener.
 *
 * @param pool for requests that go to a backend; null stands for the own backends of the route or default, at port 80
 * @param forwardedHeaders whether backends are told the client's address, the host and the scheme in {@code Forwarded} and
 *     {@code X-Forwarded-*}
 * @param websocket whether a request may go on as a WebSocket
 */
public record HttpRule(Action action, @Nullable String pool, boolean forwardedHeaders, boolean websocket) {
    /** Which requests go to a backend. */
    public enum Action {
        /** No request: every client is sent to https. */
        REDIRECT,
        /** Requests of ACME servers that look for a token (RFC 8555 section 8.3); other clients are sent to https. */
        ACME,
        /** Every request. */
        FORWARD
    }

    public static final HttpRule REDIRECT = new HttpRule(Action.REDIRECT, null, false, false);

    public HttpRule {
        Check.present(action, "http.action");
        Check.that(action != Action.REDIRECT || pool == null, "http.pool is for action acme or forward");
        Check.that(action == Action.FORWARD || !websocket, "http.websocket is for action forward");
    }

    /** Requests for {@code action} go to the route's own backends. */
    public static HttpRule of(Action action) {
        return new HttpRule(action, null, false, false);
    }

    /** The treatment, for people. */
    @Override
    public String toString() {
        return Spelling.of(action)
                + (pool == null ? "" : ", pool " + pool)
                + (forwardedHeaders ? ", forwarded_headers" : "")
                + (websocket ? ", websocket" : "");
    }

    /** The pool of a request that goes to a backend of a route or default. */
    public String poolFor(Target target) {
        return pool == null ? PlainPools.nameFor(target.pool()) : pool;
    }
}
