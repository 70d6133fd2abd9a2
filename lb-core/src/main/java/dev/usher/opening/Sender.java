package dev.usher.opening;

import dev.usher.config.HttpRule;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What an opening may tell a backend about a client.
 *
 * @param client address of the client
 * @param rule the route's rule for HTTP requests; null for other protocols
 */
public record Sender(InetSocketAddress client, @Nullable HttpRule rule) {}
