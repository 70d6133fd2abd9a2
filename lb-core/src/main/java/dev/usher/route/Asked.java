package dev.usher.route;

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
public record Asked(String listener, @Nullable ServerName serverName, List<String> alpn, InetAddress client) {}
