package dev.usher.config;

/** What the clients of a listener say first, and by what their pool is chosen. Others ask for the facts, not for the type. */
public enum ListenerType {
    /** A TLS ClientHello, whose server name leads to a route. */
    TLS(PoolBy.ROUTE, Speech.TLS),
    /** Anything: all goes to one pool, and no byte is looked at. */
    TCP(PoolBy.LISTENER, Speech.ANY);

    private enum PoolBy {
        ROUTE,
        LISTENER
    }

    private enum Speech {
        TLS,
        ANY
    }

    private final PoolBy poolBy;
    private final Speech speech;

    ListenerType(PoolBy poolBy, Speech speech) {
        this.poolBy = poolBy;
        this.speech = speech;
    }

    /** Whether the name that a client asks for is read, and leads to its route. */
    public boolean readsNames() {
        return poolBy == PoolBy.ROUTE;
    }

    /** Whether all connections go to the one pool that the listener has to name. */
    public boolean needsPool() {
        return poolBy == PoolBy.LISTENER;
    }

    /** Whether clients begin with a TLS ClientHello. */
    public boolean speaksTls() {
        return speech == Speech.TLS;
    }
}
