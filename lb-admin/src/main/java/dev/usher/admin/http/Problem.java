package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.StatusCodes;
import org.jspecify.annotations.Nullable;

/**
 * An answer that says what is wrong and what to do (RFC 9457).
 *
 * @param type names the kind of problem; {@code about:blank} where the status says it all
 * @param detail in a sentence or two
 * @param setting the key of the configuration that decides it; null if none does
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

    /** The same, decided by a key of the configuration. */
    public Problem decidedBy(String key) {
        return new Problem(type, title, status, detail, key);
    }

    /** Answers with it. */
    public void send(HttpServerExchange exchange) {
        Json.send(exchange, status, "application/problem+json", this);
    }

    /** For code that has no exchange at hand. */
    public ProblemException exception() {
        return new ProblemException(this);
    }
}
