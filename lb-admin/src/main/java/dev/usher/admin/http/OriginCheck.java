package dev.usher.admin.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that a page of another site causes a browser to make with the browser's login cookie. Writes are
 * accepted from usher's own pages and from programs. Browsers name the origin in Sec-Fetch-Site; old browsers, and any
 * over plain HTTP to another machine, in Origin; programs send neither. The required Content-Type is out of reach of
 * HTML forms, except for the login form without scripts.
 *
 * <p>Reads from another site are accepted for links only: a foreign page could not see the answer, but could use up
 * connections and cause work.
 */
public final class OriginCheck implements HttpHandler {
    private static final HttpString SEC_FETCH_SITE = new HttpString("Sec-Fetch-Site");
    private static final HttpString SEC_FETCH_MODE = new HttpString("Sec-Fetch-Mode");

    private final HttpHandler next;

    public OriginCheck(HttpHandler next) {
        this.next = next;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        Problem problem = RequestKind.isWrite(exchange) ? faultOfWrite(exchange) : faultOfRead(exchange);
        if (problem == null) {
            next.handleRequest(exchange);
        } else {
            problem.send(exchange);
        }
    }

    /** Whether the request names its origin, as browsers do. */
    static boolean saysOrigin(HttpServerExchange exchange) {
        return exchange.getRequestHeaders().contains(SEC_FETCH_SITE)
                || exchange.getRequestHeaders().contains(Headers.ORIGIN);
    }

    private static @Nullable Problem faultOfRead(HttpServerExchange exchange) {
        if (!RequestKind.isKnownMethod(exchange)) {
            return Problem.of(405, "the method " + exchange.getRequestMethod() + " has no meaning here");
        }
        String mode = exchange.getRequestHeaders().getFirst(SEC_FETCH_MODE);
        return isOwnSite(exchange.getRequestHeaders().getFirst(SEC_FETCH_SITE)) || "navigate".equals(mode)
                ? null
                : Problem.of(403, "a page of another origin made this request: follow a link, or ask from a program");
    }

    private static @Nullable Problem faultOfWrite(HttpServerExchange exchange) {
        if (!isOwnOrigin(exchange)) {
            return Problem.of(
                    403,
                    "a page of another origin made this request: changes are taken from usher's own"
                            + " pages and from programs only");
        }
        if (RequestKind.isForm(exchange)) {
            return faultOfForm(exchange);
        }
        if (!isJson(exchange)) {
            return Problem.of(415, "the body of a change must have Content-Type: application/json");
        }
        return null;
    }

    /** Requires the origin of a form, since any page can send a form. */
    private static @Nullable Problem faultOfForm(HttpServerExchange exchange) {
        if (!saysOrigin(exchange)) {
            return Problem.of(403, "a form must come from a browser that says from which page: use /api/v1/session");
        }
        return isOfType(exchange, "application/x-www-form-urlencoded") ? null : Problem.of(415, "this takes a form");
    }

    private static boolean isOwnOrigin(HttpServerExchange exchange) {
        String site = exchange.getRequestHeaders().getFirst(SEC_FETCH_SITE);
        if (site != null) {
            return isOwnSite(site);
        }
        String origin = exchange.getRequestHeaders().getFirst(Headers.ORIGIN);
        return origin == null
                || origin.equalsIgnoreCase(exchange.getRequestScheme() + "://"
                        + exchange.getRequestHeaders().getFirst(Headers.HOST));
    }

    /** Whether Sec-Fetch-Site rules out another site; programs send no such header. */
    private static boolean isOwnSite(@Nullable String site) {
        return site == null
                || site.equals("same-origin")
                || site.equals("none"); // another port of localhost is same-site: refused
    }

    /** True for an empty request as well. */
    private static boolean isJson(HttpServerExchange exchange) {
        return exchange.getRequestHeaders().contains(Headers.CONTENT_TYPE)
                ? isOfType(exchange, "application/json")
                : RequestLimits.body(exchange).length == 0;
    }

    private static boolean isOfType(HttpServerExchange exchange, String wanted) {
        String type = exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE);
        return type != null
                && type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT).equals(wanted);
    }
}
