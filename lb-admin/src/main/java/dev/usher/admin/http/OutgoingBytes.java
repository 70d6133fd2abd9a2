package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the bytes of large answers not yet sent, over all clients. A list of 10,000 connections has megabytes: a
 * client that asks for the list on every connection, and never reads, must not exhaust the heap. Any thread.
 */
final class OutgoingBytes {
    /** Room for a few lists of 10,000 connections, or scrapes of 1000 backends. */
    static final long MAX_BYTES = 16 * 1024 * 1024;
    /**
     * Answers up to this size always pass: the status and a problem have to reach the client in any case. Over all
     * connections such answers may add up to as much again.
     */
    static final int SMALL_BYTES = 64 * 1024;

    private static final AtomicLong bytes = new AtomicLong();

    private OutgoingBytes() {}

    /** Reserves room for an answer until its exchange ends. Without room, sends a 503 and returns false. */
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
