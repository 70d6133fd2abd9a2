package dev.usher.admin.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * Limits long answers that take milliseconds to make: scrapes and lists. Each kind of answer has one thread, and at
 * most {@link #MOST} answers under way, from the request until the client has read the last byte. So a crowd of clients
 * that never read costs the memory of a few answers, and holds up no other request. At the limit, a new request
 * replaces an answer left unread for a second; a client that reads needs less. Any thread.
 */
public final class Heavy implements HttpHandler {
    /** Limit of answers under way, enough for browsers and scrapers within the same second. */
    static final int MOST = 16;

    private static final Long BEING_MADE = Long.MIN_VALUE;

    /** Time for a client to read an answer, before a new request may replace it. */
    static final long MIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final int THREAD_IDLE_SECONDS = 10;

    private final HttpHandler next;
    private final Executor thread;
    /** Time from which each answer could be read, or {@link #BEING_MADE}; the oldest request first. Guarded by this. */
    private final Map<HttpServerExchange, Long> underWay = new LinkedHashMap<>();

    /** @param name of the thread, as {@code metrics} */
    public Heavy(String name, HttpHandler next) {
        this.next = next;
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1,
                1,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // at most one per connection: some hundreds
                Thread.ofPlatform().daemon().name("admin-" + name).factory());
        one.allowCoreThreadTimeOut(true);
        this.thread = one;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) throws Exception {
        if (!exchange.isInIoThread()) {
            next.handleRequest(exchange);
        } else if (takePlace(exchange)) {
            exchange.addExchangeCompleteListener((ended, rest) -> {
                leave(ended);
                rest.proceed();
            });
            exchange.dispatch(thread, this::make);
        } else {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, 1);
            Problem.of(503, "too many clients have yet to read their answers: try again in a second")
                    .send(exchange);
        }
    }

    private void make(HttpServerExchange exchange) throws Exception {
        next.handleRequest(exchange);
        made(exchange);
    }

    private boolean takePlace(HttpServerExchange exchange) {
        HttpServerExchange cut = null;
        synchronized (this) {
            if (underWay.size() >= MOST) {
                cut = unread();
                if (cut == null) {
                    return false;
                }
                underWay.remove(cut);
            }
            underWay.put(exchange, BEING_MADE);
        }
        if (cut != null) {
            IoUtils.safeClose(cut.getConnection()); // outside the lock: close listeners take other locks
        }
        return true;
    }

    private @Nullable HttpServerExchange unread() {
        long now = System.nanoTime();
        for (Map.Entry<HttpServerExchange, Long> place : underWay.entrySet()) {
            if (!place.getValue().equals(BEING_MADE) && now - place.getValue() >= MIN_NANOS) {
                return place.getKey();
            }
        }
        return null;
    }

    private synchronized void made(HttpServerExchange exchange) {
        underWay.computeIfPresent(exchange, (_, _) -> System.nanoTime());
    }

    private synchronized void leave(HttpServerExchange exchange) {
        underWay.remove(exchange);
    }
}
