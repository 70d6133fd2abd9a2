package dev.usher.admin.http;

import dev.usher.config.AdminConfig;
import dev.usher.config.AdminConfig.Role;
import dev.usher.config.AdminConfig.Token;
import dev.usher.config.Spelling;
import dev.usher.login.Throttle;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Permissions: tokens, browsers' logins, and the time-out after wrong tokens. Any thread. */
public final class Access {
    private static final String BEARER = "bearer ";
    private static final Logger log = LoggerFactory.getLogger(Access.class);

    private final Supplier<AdminConfig> settings;
    private final Throttle throttle;
    private final Logins logins;
    private final LoginCookie cookie;

    /** @param nanos a monotonic clock */
    public Access(Supplier<AdminConfig> settings, boolean tls, LongSupplier nanos) {
        this.settings = settings;
        this.throttle = new Throttle(nanos);
        this.logins = new Logins(nanos);
        this.cookie = new LoginCookie(tls);
    }

    /** Answer to a client's question about its own permissions. */
    public record Who(@Nullable String name, @Nullable String role, boolean canWrite, boolean loginNeeded) {}

    /** Name, role and permissions of a caller. Over the control socket tokens and read_only do not apply. */
    public Who who(Caller caller) {
        if (caller.local()) { // control socket: no tokens, no read_only
            return new Who(caller.address(), Spelling.snake(caller.role()), true, false);
        }
        AdminConfig now = settings.get();
        boolean canWrite = !now.readOnly() && mayWrite(caller.role());
        boolean loginNeeded = !now.tokens().isEmpty();
        return new Who(caller.name(), loginNeeded ? Spelling.snake(caller.role()) : null, canWrite, loginNeeded);
    }

    /** Whether changes are off for every role ({@code admin.read_only}). */
    public boolean readOnly() {
        return settings.get().readOnly();
    }

    // ---- requests ----

    /** Identifies the caller of a request by bearer token or login cookie. */
    Caller identify(HttpServerExchange exchange) throws ProblemException {
        List<Token> known = settings.get().tokens();
        String address = Caller.address(exchange);
        if (known.isEmpty()) {
            return new Caller(null, Role.ADMIN, address);
        }
        Token token = token(exchange, known);
        return new Caller(token.name(), token.role(), address);
    }

    private Token token(HttpServerExchange exchange, List<Token> known) throws ProblemException {
        String bearer = bearer(exchange);
        if (bearer != null) {
            return check(exchange, bearer, known);
        }
        String id = cookie.read(exchange);
        if (id == null) {
            throw unauthorized(exchange, "this needs a token: send Authorization: Bearer TOKEN, or log in");
        }
        Token token = logins.find(id, known);
        if (token == null) {
            throw unauthorized(exchange, "the session is over: log in again");
        }
        if (RequestKind.isWrite(exchange) && !OriginCheck.saysOrigin(exchange)) {
            throw Problem.of(403, "a change by cookie must come from a browser: send Authorization: Bearer TOKEN")
                    .exception();
        }
        return token;
    }

    private static @Nullable String bearer(HttpServerExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst(Headers.AUTHORIZATION);
        return header != null && header.toLowerCase(Locale.ROOT).startsWith(BEARER)
                ? header.substring(BEARER.length()).strip()
                : null;
    }

    /** Refuses a request beyond the caller's role, or any change while changes are off. */
    void allow(HttpServerExchange exchange, Caller caller) throws ProblemException {
        if (!RequestKind.isWrite(exchange)) {
            return;
        }
        if (!mayWrite(caller.role())) {
            throw Problem.of(
                            403,
                            "token " + caller.name() + " has the role " + Spelling.snake(caller.role())
                                    + "; a change needs operator")
                    .decidedBy("admin.tokens")
                    .exception();
        }
        if (settings.get().readOnly()) {
            throw Problem.of(403, "changes are off: set admin.read_only: false in the configuration to allow them")
                    .decidedBy("admin.read_only")
                    .exception();
        }
    }

    private static boolean mayWrite(Role role) {
        return role.compareTo(Role.OPERATOR) >= 0;
    }

    // ---- logins ----

    /**
     * Whether the login behind this request is still valid; may be asked repeatedly. Always true for a request with a
     * bearer token: its stream ends when tokens change.
     */
    public BooleanSupplier goesOn(HttpServerExchange exchange) {
        String id = settings.get().tokens().isEmpty() || bearer(exchange) != null ? null : cookie.read(exchange);
        if (id == null) {
            return () -> true;
        }
        ByteBuffer key = Logins.key(id);
        return () -> logins.goesOn(key);
    }

    /** Exchanges a token for a login cookie. */
    public Caller logIn(HttpServerExchange exchange, String presented) throws ProblemException {
        List<Token> known = settings.get().tokens();
        if (known.isEmpty()) {
            throw Problem.of(409, "no login is needed: admin.tokens is empty, and everybody may read")
                    .decidedBy("admin.tokens")
                    .exception();
        }
        Token token = check(exchange, presented, known);
        cookie.set(exchange, logins.begin(token));
        return new Caller(token.name(), token.role(), Caller.address(exchange));
    }

    /** Ends the browser's login, if any, and removes the cookie. */
    public void logOut(HttpServerExchange exchange) {
        String id = cookie.read(exchange);
        if (id != null) {
            logins.end(id);
        }
        cookie.remove(exchange);
    }

    // ---- tokens ----

    private Token check(HttpServerExchange exchange, String presented, List<Token> known) throws ProblemException {
        InetAddress address = exchange.getSourceAddress().getAddress();
        long wait = throttle.waitSeconds(address);
        if (wait > 0) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, wait);
            throw Problem.of(429, "too many wrong tokens came from this address: try again in " + wait + " s")
                    .exception();
        }
        Token token = Tokens.find(known, presented);
        if (token == null) {
            if (throttle.failed(address)) {
                log.warn(
                        "{} sent {} wrong tokens; its tokens are ignored for a minute",
                        Caller.address(exchange),
                        Throttle.MAX_FAILURES);
            }
            throw unauthorized(exchange, "admin.tokens has no such token");
        }
        return token;
    }

    private static ProblemException unauthorized(HttpServerExchange exchange, String detail) {
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.WWW_AUTHENTICATE, "Bearer realm=\"usher\"");
        return Problem.of(401, detail).decidedBy("admin.tokens").exception();
    }
}
