package dev.usher.config;

/** The address of a backend or a listener, not resolved; the text can be read again. */
public sealed interface Address permits HostPort, UnixPath {
    /** Reads {@code unix:/path}, or a host and a port as {@link HostPort#parse}. */
    static Address parse(String text) {
        return UnixPath.isMeant(text) ? UnixPath.parse(text) : HostPort.parse(text);
    }

    /** Reads {@code unix:/path}, or an address to listen on as {@link HostPort#parseBind}. */
    static Address parseBind(String text) {
        return parseBind(text, Target.USUAL_PORT);
    }

    /**
     * Reads an address to listen on.
     *
     * @param usualPort for the message about a text without a port
     */
    static Address parseBind(String text, int usualPort) {
        return UnixPath.isMeant(text) ? UnixPath.parse(text) : HostPort.parseBind(text, usualPort);
    }

    /** Whether two listeners cannot both bind these addresses. */
    boolean clashesWith(Address other);

    /** True when only this machine can reach the address. */
    boolean isLoopback();

    /** True exactly for a TCP address with this port. */
    default boolean hasPort(int port) {
        return this instanceof HostPort tcp && tcp.port() == port;
    }
}
