package dev.usher.admin.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.function.Supplier;

/** Restricts pages in browsers to usher's own scripts, and to requests to the page's origin. */
public final class SecurityHeaders implements HttpHandler {
    private static final HttpString OPENER_POLICY = new HttpString("Cross-Origin-Opener-Policy");
    private static final HttpString RESOURCE_POLICY = new HttpString("Cross-Origin-Resource-Policy");

    private final Late<String> contentPolicy;
    private final HttpHandler next;

    /** @param inlineScript hash of the page's only inline script, as {@code 'sha256-…'}; empty for none */
    public SecurityHeaders(Supplier<String> inlineScript, HttpHandler next) {
        this.contentPolicy = new Late<>(() -> contentPolicy(inlineScript.get()));
        this.next = next;
    }

    private static String contentPolicy(String inlineScript) {
        return "default-src 'none'; script-src 'self'"
                + (inlineScript.isEmpty() ? "" : " " + inlineScript)
                + "; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none';"
                + " form-action 'self'; frame-ancestors 'none'";
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_SECURITY_POLICY, contentPolicy.get());
        headers.put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
        // with no-referrer the Origin of usher's own forms would be null, which OriginCheck refuses
        headers.put(Headers.REFERRER_POLICY, "same-origin");
        headers.put(OPENER_POLICY, "same-origin");
        headers.put(RESOURCE_POLICY, "same-origin");
        next.handleRequest(exchange);
    }
}
