package dev.usher.admin.web;

import dev.usher.admin.http.Access;
import dev.usher.admin.http.Caller;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.http.RequestLimits;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code POST /plain}: login and logout by an HTML form, for browsers without scripts. */
public final class PlainLogin implements HttpHandler {
    /** Path of the page, and of its forms. */
    public static final String PATH = "/plain";

    private static final String TOKEN = "token";

    private final Access access;
    private final Consumer<Caller> onLogin;

    /** @param onLogin called with the caller after each login */
    public PlainLogin(Access access, Consumer<Caller> onLogin) {
        this.access = access;
        this.onLogin = onLogin;
    }

    /** Logs in with the form's token; logs out if the form has none. */
    @Override
    public void handleRequest(HttpServerExchange exchange) {
        try {
            String token = field(new String(RequestLimits.body(exchange), StandardCharsets.UTF_8), TOKEN);
            if (token == null) {
                access.logOut(exchange);
            } else {
                onLogin.accept(access.logIn(exchange, token.strip()));
            }
            exchange.setStatusCode(StatusCodes.SEE_OTHER);
            exchange.getResponseHeaders().put(Headers.LOCATION, PATH).put(Headers.CACHE_CONTROL, "no-store");
            exchange.endExchange();
        } catch (ProblemException refused) {
            ask(exchange, refused.problem());
        }
    }

    private static @Nullable String field(String form, String wanted) {
        for (String pair : form.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            if (parts[0].equals(wanted) && parts.length == 2) {
                try {
                    return URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
                } catch (IllegalArgumentException notOfABrowser) {
                    return "";
                }
            }
        }
        return null;
    }

    /** Refuses a request: with a login form for the page without scripts, else with a problem document. */
    public static void refuse(HttpServerExchange exchange, Problem problem) {
        if (exchange.getRequestPath().equals(PATH)
                && exchange.getRequestMethod().equals(Methods.GET)) {
            ask(exchange, problem);
        } else {
            problem.send(exchange);
        }
    }

    private static void ask(HttpServerExchange exchange, Problem problem) {
        exchange.setStatusCode(problem.status());
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, "text/html; charset=utf-8")
                .put(Headers.CACHE_CONTROL, "no-store");
        String page = PlainPage.framed("""
                <p role="alert">%s</p>
                <form method="post" action="/plain">
                <p><label for="token">Token</label> <input id="token" name="token" type="password" autocomplete="current-password" required></p>
                <p><button>Log in</button></p>
                </form>
                """.formatted(PlainPage.escaped(problem.detail())));
        exchange.getResponseSender().send(ByteBuffer.wrap(page.getBytes(StandardCharsets.UTF_8)));
    }

    /** A form that logs out. */
    static String leave(String name) {
        return "<form method=\"post\" action=\"/plain\"><p>Logged in as " + PlainPage.escaped(name)
                + ". <button>Log out</button></p></form>\n";
    }
}
