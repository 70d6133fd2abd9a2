package dev.usher.admin.api;

import dev.usher.admin.http.Gzip;
import dev.usher.admin.http.Json;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.util.NoSuchElementException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs an operation outside the I/O thread, and sends its answer as JSON. */
public final class Answering implements HttpHandler {
    private static final Logger log = LoggerFactory.getLogger(Answering.class);

    private final Operation operation;
    /** Null for the server's usual worker threads. */
    private final @Nullable Executor executor;

    public Answering(Operation operation) {
        this(operation, null);
    }

    /** @param executor threads for answers that take long; null for the usual threads */
    public Answering(Operation operation, @Nullable Executor executor) {
        this.operation = operation;
        this.executor = executor;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (exchange.isInIoThread()) {
            exchange.dispatch(executor, this);
            return;
        }
        try {
            Gzip.send(exchange, "application/json", bytes(operation, Question.of(exchange), exchange.getRequestPath()));
        } catch (ProblemException refused) {
            refused.problem().send(exchange);
        }
    }

    /**
     * The answer to a question, as JSON.
     *
     * @param path of the request, for the log
     * @throws ProblemException with the reason, if there is no answer
     */
    public static byte[] bytes(Operation operation, Question question, String path) throws ProblemException {
        try {
            return Json.bytes(operation.answer(question));
        } catch (NoSuchElementException missing) {
            throw Problem.of(404, String.valueOf(missing.getMessage())).exception();
        } catch (IOException late) {
            throw Problem.of(503, String.valueOf(late.getMessage())).exception();
        } catch (RuntimeException bug) {
            log.error("a bug in usher: {} was not answered", path, bug);
            throw Problem.of(500, "a bug in usher; its log has more").exception();
        }
    }
}
