package dev.usher.admin.http;

import dev.usher.config.AdminConfig;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a request unless its Host is in {@code admin.allowed_hosts}. Prevents DNS rebinding: a foreign page whose
 * name resolves to this address is of the same origin to a browser, and could read everything, but its requests carry
 * the foreign name.
 */
public final class HostCheck implements HttpHandler {
    private static final int MAX_SHOWN = 100;

    private final Supplier<AdminConfig> settings;
    private final HttpHandler next;

    public HostCheck(Supplier<AdminConfig> settings, HttpHandler next) {
        this.settings = settings;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (RequestKind.isHealth(exchange)) {
            next.handleRequest(exchange);
            return;
        }
        HeaderValues hosts = exchange.getRequestHeaders().get(Headers.HOST);
        if (hosts != null && hosts.size() > 1) {
            Problem.of(400, "there is more than one Host header").send(exchange);
            return;
        }
        String host = hosts == null ? null : withoutPort(hosts.getFirst());
        if (host != null && isAllowed(host)) {
            next.handleRequest(exchange);
        } else {
            refusal(host).send(exchange);
        }
    }

    private boolean isAllowed(String host) {
        return settings.get().allowedHosts().stream().anyMatch(host::equalsIgnoreCase);
    }

    private static Problem refusal(@Nullable String host) {
        String asked = host == null
                ? "the request has no Host header"
                : "the Host header asks for " + host.substring(0, Math.min(host.length(), MAX_SHOWN));
        return Problem.of(421, asked + ", which admin.allowed_hosts does not have; add it there if it is meant to")
                .decidedBy("admin.allowed_hosts");
    }

    /** The host of {@code host:port}; an IPv6 address keeps its brackets. */
    static String withoutPort(String header) {
        int colon = header.lastIndexOf(':');
        String host = colon > header.lastIndexOf(']') ? header.substring(0, colon) : header;
        return host.toLowerCase(Locale.ROOT);
    }
}
