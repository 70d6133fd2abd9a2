package dev.usher.config;

/**
 * The first bytes that a listener's clients send, and the way to choose a pool. Other code asks for these facts, not
 * for the type.
 */
public enum ListenerType {
    /** A TLS ClientHello, whose server name leads to a route. */
    TLS(PoolBy.ROUTE, Speech.TLS),
    /** An HTTP request without TLS, whose host leads to a route. */
    HTTP(PoolBy.ROUTE, Speech.HTTP),
    /** A SOCKS request for a host and a port, whose host leads to a route. */
    SOCKS(PoolBy.ROUTE, Speech.SOCKS),
    /** An HTTP request to a forward proxy: CONNECT for a host and a port, whose host leads to a route. */
    CONNECT(PoolBy.ROUTE, Speech.CONNECT),
    /** Any bytes: every connection goes to the listener's pool, and no byte is examined. */
    TCP(PoolBy.LISTENER, Speech.ANY);

    private enum PoolBy {
        ROUTE,
        LISTENER
    }

    private enum Speech {
        TLS,
        HTTP,
        SOCKS,
        CONNECT,
        ANY
    }

    private final PoolBy poolBy;
    private final Speech speech;

    ListenerType(PoolBy poolBy, Speech speech) {
        this.poolBy = poolBy;
        this.speech = speech;
    }

    /** Whether the listener reads the name that a client asks for, and routes by name. */
    public boolean readsNames() {
        return poolBy == PoolBy.ROUTE;
    }

    /** Whether every connection goes to a pool that the listener must name. */
    public boolean needsPool() {
        return poolBy == PoolBy.LISTENER;
    }

    /** The port that such a listener usually has. */
    public int usualPort() {
        return switch (speech) {
            case TLS, ANY -> Target.USUAL_PORT;
            case HTTP -> PlainPools.PORT;
            case SOCKS -> 1080;
            case CONNECT -> 3128;
        };
    }

    /** Whether clients begin with a TLS ClientHello. */
    public boolean speaksTls() {
        return speech == Speech.TLS;
    }

    /** Whether clients begin with an HTTP request. */
    public boolean speaksHttp() {
        return speech == Speech.HTTP;
    }

    /**
     * Whether clients ask for a host and a port, and begin in their own protocol once told that a backend is connected.
     */
    public boolean asksForPorts() {
        return speech == Speech.SOCKS || speech == Speech.CONNECT;
    }

    /** Whether clients send a ClientHello, at once or once a backend is connected. */
    public boolean readsHellos() {
        return speaksTls() || asksForPorts();
    }

    /** Whether a route may let HTTP requests without TLS pass to a backend. */
    public boolean passesRequests() {
        return speaksHttp() || speech == Speech.CONNECT;
    }

    /** Whether clients begin in the same protocol as clients of {@code other}. */
    public boolean speaksLike(ListenerType other) {
        return speech == other.speech;
    }
}
