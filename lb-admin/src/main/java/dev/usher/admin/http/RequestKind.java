package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Set;

/** Questions about a request that several handlers ask. */
final class RequestKind {
    private static final Set<HttpString> READS = Set.of(Methods.GET, Methods.HEAD);
    private static final Set<HttpString> WRITES = Set.of(Methods.POST, Methods.PATCH, Methods.DELETE);
    private static final Set<String> HEALTH = Set.of("/livez", "/readyz", "/healthz");

    private RequestKind() {}

    static boolean isKnownMethod(HttpServerExchange exchange) {
        return READS.contains(exchange.getRequestMethod()) || isWrite(exchange);
    }

    static boolean isWrite(HttpServerExchange exchange) {
        return WRITES.contains(exchange.getRequestMethod());
    }

    static boolean hasBody(HttpServerExchange exchange) {
        return !exchange.isRequestComplete();
    }

    /** Health checks: orchestrators send them to an address of their choice, without a token. */
    static boolean isHealth(HttpServerExchange exchange) {
        return HEALTH.contains(exchange.getRequestPath());
    }

    /** Login and logout, open without a token. */
    static boolean isLogin(HttpServerExchange exchange) {
        return exchange.getRequestPath().equals("/api/v1/session") || isForm(exchange);
    }

    /** The login form of the page without scripts, the only HTML form there is. */
    static boolean isForm(HttpServerExchange exchange) {
        return exchange.getRequestPath().equals("/plain") && isWrite(exchange);
    }
}
