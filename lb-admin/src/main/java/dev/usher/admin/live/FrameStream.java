package dev.usher.admin.live;

import dev.usher.admin.http.Json;
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
 * {@code GET /api/v1/stream}: every frame to everybody who looks, as server-sent events (WHATWG HTML section 9.2). Undertow's
 * own handler queues for each client without a limit; here one ring is all the memory there is, and who is slow skips.
 *
 * <p>Its name must not go through a handler that compresses: a compressor keeps a frame until more come.
 */
public final class FrameStream implements HttpHandler, AutoCloseable {
    /** A team with its dashboards on the wall is half of it; each costs a socket and a write a second. */
    public static final int MAX_CLIENTS = 64;

    /**
     * What the kernel keeps for one that does not read, some ten frames. The system's own bound is megabytes: hours of
     * frames, in which nobody would see that nobody is there.
     */
    private static final int SEND_BUFFER_BYTES = 16 * 1024;

    private static final HttpString LAST_EVENT_ID = new HttpString("Last-Event-ID");
    private static final HttpString ACCEL_BUFFERING = new HttpString("X-Accel-Buffering");

    /** Who has taken nothing for so long is gone, or might as well be: its place is for others. */
    static final Duration STALL = Duration.ofSeconds(30);

    private static final byte[] END_OF_EVENT = {'\n', '\n'};

    private final EventRing ring;
    private final long stallNanos;
    private final Function<HttpServerExchange, BooleanSupplier> mayLook;
    private final Set<StreamClient> clients = ConcurrentHashMap.newKeySet();
    /** Places taken, by clients or those who are about to be. */
    private final AtomicInteger taken = new AtomicInteger();

    private volatile boolean closed;

    /** @param firstSequence that of the first frame to be published */
    FrameStream(long firstSequence) {
        this(firstSequence, STALL, _ -> () -> true);
    }

    /** @param mayLook says of a request how to ask whether its maker may look, each second anew */
    FrameStream(long firstSequence, Duration stall, Function<HttpServerExchange, BooleanSupplier> mayLook) {
        this.mayLook = mayLook;
        this.stallNanos = stall.toNanos();
        this.ring = new EventRing(History.FRAMES, firstSequence - 1);
    }

    /** Sends the frame that follows the last one. One thread at a time. */
    void publish(Frame frame) {
        ring.add(event(frame));
        tick();
    }

    /** Says that a second has passed without a frame. */
    void tick() {
        clients.forEach(StreamClient::tick);
    }

    private static byte[] event(Frame frame) {
        ByteArrayOutputStream event = new ByteArrayOutputStream();
        event.writeBytes(("id: " + frame.sequence() + "\nevent: frame\ndata: ").getBytes(StandardCharsets.US_ASCII));
        event.writeBytes(Json.bytes(frame));
        event.writeBytes(END_OF_EVENT);
        return event.toByteArray();
    }

    /** How many look. */
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
                .put(ACCEL_BUFFERING, "no"); // nginx in front would collect frames otherwise
        exchange.dispatch(exchange.getIoThread(), () -> begin(exchange));
    }

    private void begin(HttpServerExchange exchange) {
        try {
            exchange.getConnection().setOption(Options.SEND_BUFFER, SEND_BUFFER_BYTES);
        } catch (IOException _) {
            // it has what it has; who does not read is found later then
        }
        StreamClient client =
                new StreamClient(exchange, ring, firstOf(exchange), stallNanos, mayLook.apply(exchange), this::onGone);
        clients.add(client);
        client.begin();
        if (closed) { // it came while the others were closed
            client.close();
        }
    }

    /** The frame after the last one that the client knows of, or the newest. */
    private long firstOf(HttpServerExchange exchange) {
        String known = exchange.getRequestHeaders().getFirst(LAST_EVENT_ID);
        try {
            long sequence = known == null ? Long.MAX_VALUE : Long.parseLong(known) + 1;
            boolean ours = sequence <= ring.newest() + 1; // else of a process whose clock ran ahead
            return ours ? Math.max(sequence, ring.oldest()) : ring.newest();
        } catch (NumberFormatException notOurs) {
            return ring.newest();
        }
    }

    private void onGone(StreamClient client) {
        clients.remove(client);
        taken.decrementAndGet();
    }

    /** Ends all responses. Browsers come again, and are asked anew who they are. */
    public void endAll() {
        clients.forEach(StreamClient::close);
    }

    /** The same, for good: who comes again finds whoever serves then. */
    @Override
    public void close() {
        closed = true;
        endAll();
    }
}
