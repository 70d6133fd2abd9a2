package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.xnio.IoUtils;

/**
 * Bounds what all clients together have asked for and have yet to take: a list of 10,000 connections has megabytes, and who
 * asks for it on every connection and reads none must not take the heap, nor keep others from it. Any thread.
 */
final class Unsent {
    /** Some lists of 10,000 connections, or scrapes of 1000 backends. */
    static final long MAX_BYTES = 16 * 1024 * 1024;
    /**
     * What all connections may have of these is as much again; the status and a problem have to be told in any case.
     */
    static final int SMALL_BYTES = 64 * 1024;

    private record Answer(long bytes, long sinceNanos) {}

    /** The oldest first; a connection has one at a time. Guarded by this class. */
    private static final Map<ServerConnection, Answer> answers = new LinkedHashMap<>();

    /** The sum of them. Guarded by this class. */
    private static long bytes;

    private Unsent() {}

    /** Whether there is room for an answer; it is taken until the exchange is over. If not, that was answered. */
    static boolean admits(HttpServerExchange exchange, int size) {
        if (size <= SMALL_BYTES) {
            return true;
        }
        ServerConnection connection = exchange.getConnection();
        if (!take(connection, size)) {
            Problem.of(503, "other clients have yet to take what they asked for: ask again, or for less")
                    .send(exchange);
            return false;
        }
        exchange.addExchangeCompleteListener((_, next) -> {
            giveBack(connection);
            next.proceed();
        });
        return true;
    }

    private static synchronized boolean take(ServerConnection connection, int size) {
        long now = System.nanoTime();
        if (bytes + size > MAX_BYTES) {
            makeRoom(size, now);
            return false;
        }
        giveBack(connection);
        answers.put(connection, new Answer(size, now));
        bytes += size;
        return true;
    }

    /** For who asks next: those give way who have had their answer for long, or whose connection others have closed. */
    private static void makeRoom(int size, long now) {
        Iterator<Map.Entry<ServerConnection, Answer>> each = answers.entrySet().iterator();
        while (bytes + size > MAX_BYTES && each.hasNext()) {
            Map.Entry<ServerConnection, Answer> oldest = each.next();
            if (now - oldest.getValue().sinceNanos() < Heavy.MIN_NANOS) {
                return;
            }
            each.remove();
            bytes -= oldest.getValue().bytes();
            IoUtils.safeClose(oldest.getKey());
        }
    }

    private static synchronized void giveBack(ServerConnection connection) {
        Answer answer = answers.remove(connection);
        bytes -= answer == null ? 0 : answer.bytes();
    }
}
