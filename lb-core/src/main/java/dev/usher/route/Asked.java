package dev.usher.route;

import dev.usher.config.HostName;
import dev.usher.tls.ServerName;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a route is chosen by.
 *
 * @param listener name of the listener that the client came to
 * @param serverName what the hello asks for; null for a hello without a name
 * @param alpn the protocols it offers
 * @param client where it comes from
 */
public record Asked(String listener, @Nullable ServerName serverName, List<String> alpn, InetAddress client) {
    /**
     * The server name that a person writes: letters beyond ASCII are read as in a route. The message of the exception
     * says what is wrong.
     */
    public static ServerName written(String name) {
        return ServerName.of(HostName.toAscii(name));
    }
}
