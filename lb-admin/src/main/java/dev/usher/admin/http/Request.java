package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.Set;

/** What the handlers of the chain want to know of a request. */
final class Request {
    private static final Set<HttpString> READS = Set.of(Methods.GET, Methods.HEAD);
    private static final Set<HttpString> WRITES = Set.of(Methods.POST, Methods.PATCH, Methods.DELETE);
    private static final Set<String> HEALTH = Set.of("/livez", "/readyz", "/healthz");

    private Request() {}

    static boolean isKnownMethod(HttpServerExchange exchange) {
        return READS.contains(exchange.getRequestMethod()) || isWrite(exchange);
    }

    static boolean isWrite(HttpServerExchange exchange) {
        return WRITES.contains(exchange.getRequestMethod());
    }

    static boolean hasBody(HttpServerExchange exchange) {
        return !exchange.isRequestComplete();
    }

    /** A question about health, which an orchestrator asks by an address of its own choice, and without a token. */
    static boolean isHealth(HttpServerExchange exchange) {
        return HEALTH.contains(exchange.getRequestPath());
    }

    /** Logging in and out, which is how one comes to a session. */
    static boolean isLogin(HttpServerExchange exchange) {
        return exchange.getRequestPath().equals("/api/v1/session") || isForm(exchange);
    }

    /** The same from the page without scripts: the one request that a form of HTML makes. */
    static boolean isForm(HttpServerExchange exchange) {
        return exchange.getRequestPath().equals("/plain") && isWrite(exchange);
    }
}
