package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code /session}: exchanges a token for a login cookie, and ends a login. */
public final class Login {
    /** Body of a login request. */
    private record Presented(@Nullable String token) {}

    private final Access access;
    private final Consumer<Caller> onLogin;

    /** @param onLogin called with the caller after each login */
    public Login(Access access, Consumer<Caller> onLogin) {
        this.access = access;
        this.onLogin = onLogin;
    }

    /** {@code POST /session}. */
    public void logIn(HttpServerExchange exchange) {
        try {
            Presented presented = Json.read(RequestLimits.body(exchange), Presented.class);
            if (presented.token() == null) {
                throw Problem.of(400, "the body must be {\"token\": \"…\"}").exception();
            }
            Caller caller = access.logIn(exchange, presented.token());
            onLogin.accept(caller);
            Json.send(exchange, StatusCodes.OK, access.who(caller));
        } catch (ProblemException refused) {
            refused.problem().send(exchange);
        }
    }

    /** {@code DELETE /session}; succeeds without a login as well. */
    public void logOut(HttpServerExchange exchange) {
        access.logOut(exchange);
        exchange.setStatusCode(StatusCodes.NO_CONTENT);
        exchange.endExchange();
    }
}
