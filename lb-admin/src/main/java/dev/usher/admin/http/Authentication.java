package dev.usher.admin.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Checks tokens and roles. Open to everybody are parts without data of the process: the dashboard's own files, health,
 * the login. Everything else needs a caller that {@link Access} identifies, and whose role allows the request.
 */
public final class Authentication implements HttpHandler {
    private static final Set<String> OPEN = Set.of("/", "/ui");

    private final Access access;
    private final BiConsumer<HttpServerExchange, Problem> refusal;
    private final HttpHandler next;

    /** @param refusal answers a client that is refused */
    public Authentication(Access access, BiConsumer<HttpServerExchange, Problem> refusal, HttpHandler next) {
        this.access = access;
        this.refusal = refusal;
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!isOpen(exchange)) {
            try {
                Caller caller = access.identify(exchange);
                access.allow(exchange, caller);
                caller.attachTo(exchange);
            } catch (ProblemException refused) {
                refusal.accept(exchange, refused.problem());
                return;
            }
        }
        next.handleRequest(exchange);
    }

    private static boolean isOpen(HttpServerExchange exchange) {
        String path = exchange.getRequestPath();
        return OPEN.contains(path)
                || path.startsWith("/ui/")
                || path.startsWith("/assets/")
                || RequestKind.isHealth(exchange)
                || RequestKind.isLogin(exchange);
    }
}
