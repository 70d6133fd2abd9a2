package dev.usher.opening;

import dev.usher.config.HttpRule;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a client that an opening may tell a backend.
 *
 * @param client address of the client; of a unix socket our own end
 * @param rule the route's rule for HTTP requests; null for other protocols
 */
public record Sender(SocketAddress client, @Nullable HttpRule rule) {}
