package dev.usher.admin.live;

import dev.usher.admin.http.Json;
import dev.usher.admin.http.Late;
import dev.usher.admin.http.Problem;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.xnio.Options;

/**
 * {@code GET /api/v1/stream}: every frame to every client, as server-sent events (WHATWG HTML section 9.2). Undertow's
 * own handler queues without a limit for each client; here all clients share one ring, and a slow client skips frames.
 *
 * <p>The path must not pass a handler that compresses: a compressor keeps a frame until more data come.
 */
public final class FrameStream implements HttpHandler, AutoCloseable {
    /**
     * Limit of clients, twice what a team with dashboards on the wall needs; each client costs a socket and a write a
     * second.
     */
    public static final int MAX_CLIENTS = 64;

    /**
     * Send buffer of a client, about ten frames. The system's default is megabytes, hours of frames, and would hide a
     * dead client for as long.
     */
    private static final int SEND_BUFFER_BYTES = 16 * 1024;

    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
    private static final HttpString ACCEL_BUFFERING = new HttpString("X-Accel-Buffering");

    /** Time without progress after which a client counts as gone, and frees its place. */
    static final Duration STALL = Duration.ofSeconds(30);

    private static final byte[] END_OF_EVENT = {'\n', '\n'};

    private final EventRing ring;
    private final long stallNanos;
    private final Function<HttpServerExchange, BooleanSupplier> mayLook;
    private final Set<StreamClient> clients = ConcurrentHashMap.newKeySet();
    /** Places in use, by clients that are streaming or about to. */
    private final AtomicInteger taken = new AtomicInteger();

    private volatile boolean closed;

    /** @param firstSequence sequence of the first frame to be published */
    FrameStream(long firstSequence) {
        this(firstSequence, STALL, _ -> () -> true);
    }

    /** @param mayLook gives for a request the check of its login, asked again each second */
    FrameStream(long firstSequence, Duration stall, Function<HttpServerExchange, BooleanSupplier> mayLook) {
        this.mayLook = mayLook;
        this.stallNanos = stall.toNanos();
        this.ring = new EventRing(History.FRAMES, firstSequence - 1);
    }

    /** Sends the next frame. One thread at a time. */
    void publish(Frame frame) {
        ring.add(new Late<>(() -> event(frame)));
        tick();
    }

    /** Reports a second without a frame. */
    void tick() {
        clients.forEach(StreamClient::tick);
    }

    /** The frame as sent; made once for all clients, and most of the time for none. */
    private static byte[] event(Frame frame) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(("id: " + frame.sequence() + "\nevent: frame\ndata: ").getBytes(StandardCharsets.US_ASCII));
        event.writeBytes(Json.bytes(frame));
        event.writeBytes(END_OF_EVENT);
        return event.toByteArray();
    }

    /** Number of open streams. */
    public int clients() {
        return taken.get();
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        if (taken.incrementAndGet() > MAX_CLIENTS) {
            taken.decrementAndGet();
            Problem.of(503, MAX_CLIENTS + " clients have the stream open; close one of them")
                    .send(exchange);
            return;
        }
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, "text/event-stream")
                .put(Headers.CACHE_CONTROL, "no-store")
                .put(ACCEL_BUFFERING, "no"); // keeps an nginx in front from buffering frames
        exchange.dispatch(exchange.getIoThread(), () -> begin(exchange));
    }

    private void begin(HttpServerExchange exchange) {
        try {
            exchange.getConnection().setOption(Options.SEND_BUFFER, SEND_BUFFER_BYTES);
        } catch (IOException _) {
            // keep the default send buffer; a client that does not read is then noticed later
        }
        StreamClient client =
                new StreamClient(exchange, ring, firstOf(exchange), stallNanos, mayLook.apply(exchange), this::onGone);
        clients.add(client);
        client.begin();
        if (closed) { // close() may have run before this client was in the set
            client.close();
        }
    }

    /** The frame after the client's Last-Event-ID if this process sent it, else the newest. */
    private long firstOf(HttpServerExchange exchange) {
        String known = exchange.getRequestHeaders().getFirst(LAST_EVENT_ID);
        try {
            long sequence = known == null ? Long.MAX_VALUE : Long.parseLong(known) + 1;
            boolean ours = sequence <= ring.newest() + 1; // else from a process whose clock ran ahead
            return ours ? Math.max(sequence, ring.oldest()) : ring.newest();
        } catch (NumberFormatException notOurs) {
            return ring.newest();
        }
    }

    private void onGone(StreamClient client) {
        clients.remove(client);
        taken.decrementAndGet();
    }

    /** Ends all responses. Browsers reconnect, and are authenticated again. */
    public void endAll() {
        clients.forEach(StreamClient::close);
    }

    /** Ends all responses for good. */
    @Override
    public void close() {
        closed = true;
        endAll();
    }
}
