package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import org.jspecify.annotations.Nullable;

/**
 * An error answer with its cause and remedy (RFC 9457).
 *
 * @param type kind of problem; {@code about:blank} where the status says enough
 * @param detail in a sentence or two
 * @param setting configuration key that decides the outcome; null if none does
 */
public record Problem(
        String type,
        String title,
        int status,
        String detail,
        @Nullable String setting) {
    /** A problem that no setting decides. */
    public static Problem of(int status, String detail) {
        return new Problem("about:blank", StatusCodes.getReason(status), status, detail, null);
    }

    /** A copy that names the deciding configuration key. */
    public Problem decidedBy(String key) {
        return new Problem(type, title, status, detail, key);
    }

    /** Sends the problem as the answer. */
    public void send(HttpServerExchange exchange) {
        Json.send(exchange, status, "application/problem+json", this);
    }

    /** The problem as an exception, for code without an exchange. */
    public ProblemException exception() {
        return new ProblemException(this);
    }
}
