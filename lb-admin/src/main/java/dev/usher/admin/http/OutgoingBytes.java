package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds what all clients together have asked for and have yet to take: a list of 10,000 connections has megabytes, and who
 * asks for it on every connection and reads none must not take the heap. Any thread.
 */
final class OutgoingBytes {
    /** Some lists of 10,000 connections, or scrapes of 1000 backends. */
    static final long MAX_BYTES = 16 * 1024 * 1024;
    /**
     * What all connections may have of these is as much again; the status and a problem have to be told in any case.
     */
    static final int SMALL_BYTES = 64 * 1024;

    private static final AtomicLong bytes = new AtomicLong();

    private OutgoingBytes() {}

    /** Whether there is room for an answer; it is taken until the exchange is over. If not, that was answered. */
    static boolean admits(HttpServerExchange exchange, int size) {
        if (size <= SMALL_BYTES) {
            return true;
        }
        if (bytes.addAndGet(size) > MAX_BYTES) {
            bytes.addAndGet(-size);
            Problem.of(503, "other clients have yet to take what they asked for: ask again, or for less")
                    .send(exchange);
            return false;
        }
        exchange.addExchangeCompleteListener((_, next) -> {
            bytes.addAndGet(-size);
            next.proceed();
        });
        return true;
    }
}
