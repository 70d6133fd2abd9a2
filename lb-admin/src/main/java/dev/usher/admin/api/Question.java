package dev.usher.admin.api;

import dev.usher.admin.http.Caller;
import dev.usher.admin.http.Json;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.http.RequestLimits;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.PathTemplateMatch;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a request asks, without the HTTP around it. */
public final class Question {
    private static final int DEFAULT_LIMIT = 500;
    private static final int MAX_LIMIT = 10_000;
    private static final int MAX_FILTER = 256;

    private final Caller caller;
    private final Map<String, String> path;
    private final Map<String, Deque<String>> parameters;
    private final byte[] body;

    /**
     * @param path its variable parts by their names
     * @param parameters behind the question mark
     */
    public Question(Caller caller, Map<String, String> path, Map<String, Deque<String>> parameters, byte[] body) {
        this.caller = caller;
        this.path = path;
        this.parameters = parameters;
        this.body = body;
    }

    /** What a request by HTTP asks. */
    static Question of(HttpServerExchange exchange) {
        return new Question(
                Caller.of(exchange),
                exchange.getAttachment(PathTemplateMatch.ATTACHMENT_KEY).getParameters(),
                exchange.getQueryParameters(),
                RequestLimits.body(exchange));
    }

    /** Who asks. */
    Caller caller() {
        return caller;
    }

    /** The part of the path that stands where the template has {@code {name}}. */
    String path(String name) {
        return Objects.requireNonNull(path.get(name), name);
    }

    /** The parameter behind the question mark; null where it is absent or empty. */
    @Nullable
    String parameter(String name) {
        Deque<String> values = parameters.get(name);
        return values == null || values.getFirst().isEmpty() ? null : values.getFirst();
    }

    /** The most entries that a list is to have, 1..10000. */
    int limit() throws ProblemException {
        return limit(DEFAULT_LIMIT);
    }

    /** The same, and {@code unsaid} where nothing is said. */
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

    /** How many entries come before the first that is wanted, 0 and up. */
    int offset() throws ProblemException {
        String text = parameter("offset");
        if (text != null && !text.matches("[0-9]{1,8}")) {
            throw Problem.of(400, "offset must be a number from 0").exception();
        }
        return text == null ? 0 : Integer.parseInt(text);
    }

    /** The part of a list that was asked for, by {@link #offset} and {@link #limit}. */
    <T> List<T> page(List<T> all) throws ProblemException {
        int from = Math.min(offset(), all.size());
        return all.subList(from, Math.min(from + limit(), all.size()));
    }

    /** What the entries of a list must have. */
    Filter filter() throws ProblemException {
        String text = parameter("filter");
        if (text != null && text.length() > MAX_FILTER) {
            throw Problem.of(400, "filter may have " + MAX_FILTER + " characters")
                    .exception();
        }
        return new Filter(text == null ? "" : text.toLowerCase(Locale.ROOT));
    }

    /** What came with the request. */
    <T> T body(Class<T> type) throws ProblemException {
        return Json.read(body, type);
    }

    /**
     * A text that entries must contain, whatever its case.
     *
     * @param wanted in lower case; empty is in every text
     */
    record Filter(String wanted) {
        /** Whether one of these texts has it; null has nothing. */
        boolean passes(@Nullable String... texts) {
            return wanted.isEmpty()
                    || Stream.of(texts)
                            .anyMatch(text -> text != null
                                    && text.toLowerCase(Locale.ROOT).contains(wanted));
        }
    }
}
