package dev.usher.admin.api;

import dev.usher.admin.http.Caller;
import dev.usher.admin.http.Json;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.http.RequestLimits;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.PathTemplateMatch;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A request without its HTTP, so that the control socket can ask too. */
public final class Question {
    private static final int DEFAULT_LIMIT = 500;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_FILTER = 256;

    private final Caller caller;
    private final Map<String, String> path;
    private final Map<String, Deque<String>> parameters;
    private final byte[] body;

    /**
     * @param path variable parts of the path, by name
     * @param parameters of the query string
     */
    public Question(Caller caller, Map<String, String> path, Map<String, Deque<String>> parameters, byte[] body) {
        this.caller = caller;
        this.path = path;
        this.parameters = parameters;
        this.body = body;
    }

    /** The question of an HTTP request. */
    static Question of(HttpServerExchange exchange) {
        Map<String, String> path = new HashMap<>(
                exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY).getParameters());
        path.replaceAll(
                (_, part) -> part.replace("%2F", "/").replace("%2f", "/")); // the single escape that Undertow leaves
        return new Question(Caller.of(exchange), path, exchange.getQueryParameters(), RequestLimits.body(exchange));
    }

    /** Caller of the request. */
    Caller caller() {
        return caller;
    }

    /** The part of the path in place of {@code {name}} in the template. */
    String path(String name) {
        return Objects.requireNonNull(path.get(name), name);
    }

    /** A parameter of the query string; null if absent or empty. */
    @Nullable
    String parameter(String name) {
        Deque<String> values = parameters.get(name);
        return values == null || values.getFirst().isEmpty() ? null : values.getFirst();
    }

    /** Largest number of entries in a list, 1..10000. */
    int limit() throws ProblemException {
        return limit(DEFAULT_LIMIT);
    }

    /** Largest number of entries in a list, 1..10000; {@code unsaid} if the request gives none. */
    int limit(int unsaid) throws ProblemException {
        String text = parameter("limit");
        if (text == null) {
            return unsaid;
        }
        int limit = text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > MAX_LIMIT) {
            throw Problem.of(400, "limit must be a number from 1 to " + MAX_LIMIT)
                    .exception();
        }
        return limit;
    }

    /** Number of entries to skip, 0 or more. */
    int offset() throws ProblemException {
        String text = parameter("offset");
        if (text != null && !text.matches("[0-9]{1,8}")) {
            throw Problem.of(400, "offset must be a number from 0").exception();
        }
        return text == null ? 0 : Integer.parseInt(text);
    }

    /** The requested page of a list, by {@link #offset} and {@link #limit}. */
    <T> List<T> page(List<T> all) throws ProblemException {
        int from = Math.min(offset(), all.size());
        return all.subList(from, Math.min(from + limit(), all.size()));
    }

    /** The filter for entries of a list. */
    Filter filter() throws ProblemException {
        String text = parameter("filter");
        if (text != null && text.length() > MAX_FILTER) {
            throw Problem.of(400, "filter may have " + MAX_FILTER + " characters")
                    .exception();
        }
        return new Filter(text == null ? "" : text.toLowerCase(Locale.ROOT));
    }

    /**
     * The body of the request, as a record.
     *
     * @throws ProblemException with the fault and its place
     */
    <T> T body(Class<T> type) throws ProblemException {
        return Json.read(body, type);
    }

    /**
     * A text that entries must contain, in any case.
     *
     * @param wanted in lower case; the empty text passes everything
     */
    record Filter(String wanted) {
        /** Whether a text contains the wanted text; null contains nothing. */
        boolean passes(@Nullable String... texts) {
            return wanted.isEmpty()
                    || Stream.of(texts)
                            .anyMatch(text -> text != null
                                    && text.toLowerCase(Locale.ROOT).contains(wanted));
        }
    }
}
