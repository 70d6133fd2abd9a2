package dev.usher.admin.http;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;

/**
 * An answer that takes milliseconds to make and is long: a scrape, a list. It is made on a thread of its own, one at a time, and
 * few are under way at once, from the question until the client has taken the last byte. So a crowd that asks for it, and reads
 * nothing, holds up nobody who asks for something else, and costs the memory of a few. When all places are taken, whoever has
 * had an answer for a second without reading it gives way to who comes; a client that reads needs less. Any thread.
 */
public final class Heavy implements HttpHandler {
    /** Browsers and scrapers that ask within the same second. */
    static final int MOST = 16;

    private static final Long BEING_MADE = Long.MIN_VALUE;

    /** A client that reads has taken its answer by then. */
    static final long MIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int THREAD_IDLE_SECONDS = 10;

    private final HttpHandler next;
    private final Executor thread;
    /** Since when each answer could be read, the oldest question first. Guarded by this. */
    private final Map<HttpServerExchange, Long> underWay = new LinkedHashMap<>();

    /** @param name of its thread, as {@code metrics} */
    public Heavy(String name, HttpHandler next) {
        this.next = next;
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1,
                1,
                THREAD_IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(), // has one for each connection at most, of which there are some hundreds
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
            Problem.of(503, "many ask for this, and have yet to take it: ask again in a second")
                    .send(exchange);
        }
    }

    private void make(HttpServerExchange exchange) throws Exception {
        next.handleRequest(exchange);
        made(exchange);
    }

    private synchronized boolean takePlace(HttpServerExchange exchange) {
        if (underWay.size() >= MOST && !makePlace()) {
            return false;
        }
        underWay.put(exchange, BEING_MADE);
        return true;
    }

    private boolean makePlace() {
        long now = System.nanoTime();
        Iterator<Map.Entry<HttpServerExchange, Long>> each = underWay.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<HttpServerExchange, Long> place = each.next();
            if (!place.getValue().equals(BEING_MADE) && now - place.getValue() >= MIN_NANOS) {
                each.remove();
                IoUtils.safeClose(place.getKey().getConnection());
                return true;
            }
        }
        return false;
    }

    private synchronized void made(HttpServerExchange exchange) {
        underWay.computeIfPresent(exchange, (_, _) -> System.nanoTime());
    }

    private synchronized void leave(HttpServerExchange exchange) {
        underWay.remove(exchange);
    }
}
