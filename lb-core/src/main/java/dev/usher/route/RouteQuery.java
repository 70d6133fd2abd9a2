package dev.usher.route;

import dev.usher.config.HostPort;
import dev.usher.name.ServerName;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's request, as seen by routing.
 *
 * @param listener name of the listener that accepted the client
 * @param name requested host; null if the client gave none
 * @param protocols offered by the client
 * @param client address of the client; null if unknown, as behind a unix socket
 * @param challenge whether the client asks for the token of an ACME server, without TLS
 * @param port that the client asks for; {@link HostPort#NO_PORT} in a protocol without ports
 * @param plain whether the client sends an HTTP request without TLS, to a listener where other clients do not
 */
public record RouteQuery(
        String listener,
        @Nullable ServerName name,
        List<String> protocols,
        @Nullable InetAddress client,
        boolean challenge,
        int port,
        boolean plain) {
    /** The request of any other client than an ACME server. */
    public RouteQuery(
            String listener, @Nullable ServerName name, List<String> protocols, @Nullable InetAddress client) {
        this(listener, name, protocols, client, false);
    }

    /** The request of a client that asks for no port. */
    public RouteQuery(
            String listener,
            @Nullable ServerName name,
            List<String> protocols,
            @Nullable InetAddress client,
            boolean challenge) {
        this(listener, name, protocols, client, challenge, HostPort.NO_PORT, false);
    }

    /** The same request to another listener. */
    public RouteQuery on(String other) {
        return new RouteQuery(other, name, protocols, client, challenge, port, plain);
    }
}
