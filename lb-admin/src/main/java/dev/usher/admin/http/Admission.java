package dev.usher.admin.http;

import dev.usher.config.ClientKey;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * Accepts every connection, and limits how many are open: at the limit, each new connection closes an old connection.
 * If accepting stopped instead, silent clients that reconnect at once would keep health checks waiting in the kernel's
 * queue. The victim is chosen from the client with most connections: the connection that has waited longest for a
 * request, or, if every connection is busy, the oldest. So a client with few connections loses none to a client with
 * many, and a new connection has time to send its request. Any thread.
 */
public final class Admission implements ChannelListener<StreamConnection> {
    private final int most;
    private final ChannelListener<? super StreamConnection> next;
    /** Open connections; the least recently active comes first. Guarded by this. */
    private final Map<StreamConnection, Held> held = new LinkedHashMap<>();

    private static final class Held {
        private final ByteBuffer client;
        /** Whether a request is being read or answered. */
        private boolean busy;

        Held(ByteBuffer client) {
            this.client = client;
        }
    }

    /**
     * @param most connections at a time
     * @param next serves a connection
     */
    public Admission(int most, ChannelListener<? super StreamConnection> next) {
        this.most = most;
        this.next = next;
    }

    @Override
    public void handleEvent(StreamConnection connection) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        if (peer == null || peer.getAddress() == null) { // peer has left already
            IoUtils.safeClose(connection);
            return;
        }
        IoUtils.safeClose(takePlace(ClientKey.of(peer.getAddress().getAddress()), connection));
        next.handleEvent(connection);
    }

    /** Registers a connection. Returns the connection to close for it; null if there was room. */
    private synchronized @Nullable StreamConnection takePlace(ByteBuffer client, StreamConnection connection) {
        if (held.size() >= most) {
            held.keySet().removeIf(each -> !each.isOpen());
        }
        StreamConnection goes = held.size() < most ? null : givesWay();
        if (goes != null) {
            held.remove(goes);
        }
        held.put(connection, new Held(client));
        return goes;
    }

    private @Nullable StreamConnection givesWay() {
        ByteBuffer client = clientWithMost();
        StreamConnection busy = null;
        for (Map.Entry<StreamConnection, Held> each : held.entrySet()) {
            if (!each.getValue().client.equals(client)) {
                continue;
            }
            if (!each.getValue().busy) {
                return each.getKey();
            }
            busy = busy == null ? each.getKey() : busy;
        }
        return busy;
    }

    private @Nullable ByteBuffer clientWithMost() {
        Map<ByteBuffer, Integer> counts = new HashMap<>();
        held.values().forEach(each -> counts.merge(each.client, 1, Integer::sum));
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    /** Wraps the handler to note which connections have a request under way. */
    public HttpHandler watching(HttpHandler handler) {
        return exchange -> {
            mark(exchange, true);
            exchange.addExchangeCompleteListener((ended, rest) -> {
                mark(ended, false);
                rest.proceed();
            });
            handler.handleRequest(exchange);
        };
    }

    private synchronized void mark(HttpServerExchange exchange, boolean busy) {
        StreamConnection connection = ((AbstractServerConnection) exchange.getConnection()).getChannel();
        Held known = held.remove(connection);
        if (known != null) {
            known.busy = busy;
            held.put(connection, known);
        }
    }
}
