package dev.usher.admin.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.xnio.IoUtils;

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

    private record Answer(long bytes, long sinceNanos) {}

    /** Large answers not yet sent, the oldest first; a connection has one at a time. Guarded by this class. */
    private static final Map<ServerConnection, Answer> answers = new LinkedHashMap<>();

    /** Sum of the answers. Guarded by this class. */
    private static long bytes;

    private OutgoingBytes() {}

    /** Reserves room for an answer until its exchange ends. Without room, sends a 503 and returns false. */
    static boolean admits(HttpServerExchange exchange, int size) {
        if (size <= SMALL_BYTES) {
            return true;
        }
        ServerConnection connection = exchange.getConnection();
        List<ServerConnection> cut = new ArrayList<>();
        boolean taken = take(connection, size, cut);
        cut.forEach(IoUtils::safeClose); // outside the lock: close listeners take other locks
        if (!taken) {
            Problem.of(503, "other clients have yet to read their answers: try again, or ask for less")
                    .send(exchange);
            return false;
        }
        exchange.addExchangeCompleteListener((_, next) -> {
            giveBack(connection);
            next.proceed();
        });
        return true;
    }

    private static synchronized boolean take(ServerConnection connection, int size, List<ServerConnection> cut) {
        long now = System.nanoTime();
        if (bytes + size > MAX_BYTES) {
            makeRoom(size, now, cut);
            return false;
        }
        giveBack(connection);
        answers.put(connection, new Answer(size, now));
        bytes += size;
        return true;
    }

    /** Makes room for the next request: takes answers unread for a second off the list, closed connections included. */
    private static void makeRoom(int size, long now, List<ServerConnection> cut) {
        Iterator<Map.Entry<ServerConnection, Answer>> each = answers.entrySet().iterator();
        while (bytes + size > MAX_BYTES && each.hasNext()) {
            Map.Entry<ServerConnection, Answer> oldest = each.next();
            if (now - oldest.getValue().sinceNanos() < Heavy.MIN_NANOS) {
                return;
            }
            each.remove();
            bytes -= oldest.getValue().bytes();
            cut.add(oldest.getKey());
        }
    }

    private static synchronized void giveBack(ServerConnection connection) {
        Answer answer = answers.remove(connection);
        bytes -= answer == null ? 0 : answer.bytes();
    }
}
