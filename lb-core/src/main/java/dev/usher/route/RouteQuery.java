package dev.usher.route;

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
 */
public record RouteQuery(
        String listener,
        @Nullable ServerName name,
        List<String> protocols,
        @Nullable InetAddress client,
        boolean challenge) {
    /** The request of any other client than an ACME server. */
    public RouteQuery(
            String listener, @Nullable ServerName name, List<String> protocols, @Nullable InetAddress client) {
        this(listener, name, protocols, client, false);
    }
}
