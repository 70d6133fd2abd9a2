package dev.usher.route;

import dev.usher.config.HostName;
import dev.usher.name.ServerName;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The question to which a route is the answer.
 *
 * @param listener name of the listener that the client came to
 * @param name the host that the client asks for; null if it names none
 * @param protocols those that the client offers
 * @param client its address
 */
public record RouteQuery(
        String listener, @Nullable ServerName name, List<String> protocols, InetAddress client) {
    /**
     * The server name that a person writes: letters beyond ASCII are read as in a route. The message of the exception
     * says what is wrong.
     */
    public static ServerName written(String name) {
        return ServerName.of(HostName.toAscii(name));
    }
}
