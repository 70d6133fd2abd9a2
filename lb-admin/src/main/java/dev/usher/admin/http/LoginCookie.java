package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.Cookie;
import io.undertow.server.handlers.CookieImpl;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cookie of a login: hidden from scripts, and absent from requests caused by another site. Over TLS the name has a
 * prefix so that other hosts of the same domain cannot set the cookie (RFC 6265bis section 4.1.3.2).
 */
final class LoginCookie {
    private static final String NAME = "usher_session";

    private final boolean tls;

    LoginCookie(boolean tls) {
        this.tls = tls;
    }

    private String name() {
        return tls ? "__Host-" + NAME : NAME;
    }

    /** The login's secret in a request; null if there is none. */
    @Nullable
    String read(HttpServerExchange exchange) {
        Cookie cookie = exchange.getRequestCookie(name());
        return cookie == null ? null : cookie.getValue();
    }

    void set(HttpServerExchange exchange, String id) {
        exchange.setResponseCookie(cookie(id, Logins.LIFE));
    }

    void remove(HttpServerExchange exchange) {
        exchange.setResponseCookie(cookie("", Duration.ZERO));
    }

    private Cookie cookie(String value, Duration life) {
        return new CookieImpl(name(), value)
                .setPath("/")
                .setMaxAge((int) life.toSeconds())
                .setSecure(tls)
                .setHttpOnly(true)
                .setSameSiteMode("Strict");
    }
}
