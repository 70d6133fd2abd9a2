package dev.usher.admin.live;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioIoThread;
import org.xnio.channels.StreamSinkChannel;

/**
 * A client of the stream. Methods run on the connection's thread unless marked otherwise. Frames come from the shared
 * ring; a slow client skips frames there, and costs no more than a fast client.
 */
final class StreamClient {
    /** Frames that a client may lag behind the newest. Frames from before the client connected are not counted. */
    private static final int MAX_WAITING = 2;
    /** Time before a browser reconnects, in milliseconds. */
    private static final String BEGINNING = "retry: 2000\n\n";
    /** A comment, so that each end notices when the other is gone. */
    private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpServerExchange exchange;
    private final StreamSinkChannel sink;
    private final XnioIoThread thread;
    private final EventRing ring;
    private final long stallNanos;
    private final BooleanSupplier mayLook;
    private final Consumer<StreamClient> onGone;

    /** Sequence of the next frame to send. */
    private long next;
    /** Newest frame when the client connected; up to here no frame is skipped. */
    private final long catchUpTo;
    /** Rest of the message being sent; null exactly when it has been sent in full. */
    private @Nullable ByteBuffer sending = ByteBuffer.wrap(BEGINNING.getBytes(StandardCharsets.US_ASCII));

    private long tookNanos = System.nanoTime();
    private boolean gone;

    /**
     * @param next sequence of the first frame to send
     * @param stallNanos longest time without the client taking a byte
     * @param mayLook checked each second, before the frame of that second; on false the stream ends
     * @param onGone called once, on the connection's thread
     */
    StreamClient(
            HttpServerExchange exchange,
            EventRing ring,
            long next,
            long stallNanos,
            BooleanSupplier mayLook,
            Consumer<StreamClient> onGone) {
        this.exchange = exchange;
        this.sink = exchange.getResponseChannel();
        this.thread = exchange.getIoThread();
        this.ring = ring;
        this.next = next;
        this.stallNanos = stallNanos;
        this.mayLook = mayLook;
        this.catchUpTo = ring.newest();
        this.onGone = onGone;
    }

    /** Starts sending; runs on the connection's thread. */
    void begin() {
        sink.getWriteSetter().set(_ -> send());
        sink.getCloseSetter().set(_ -> gone());
        send();
    }

    // ---- from any thread ----

    /** Reports that a second has passed, with a frame or without. */
    void tick() {
        onItsThread(this::onTick);
    }

    /** Ends the response as complete. */
    void close() {
        onItsThread(this::end);
    }

    private void onItsThread(Runnable action) {
        try {
            thread.execute(action);
        } catch (RejectedExecutionException _) {
            // the server has ended, and its connections too
        }
    }

    // ---- on the connection's thread ----

    private void onTick() {
        if (gone) {
            return;
        }
        if (!mayLook.getAsBoolean()) {
            end();
            return;
        }
        if (sending != null) {
            if (System.nanoTime() - tookNanos > stallNanos) {
                gone();
            }
            return; // still sending the last frame
        }
        if (next > ring.newest()) {
            sending = ByteBuffer.wrap(KEEP_ALIVE);
        }
        send();
    }

    /** Sends until the client takes no more; the channel then calls again when it can write. */
    private void send() {
        try {
            for (ByteBuffer now = toSend(); now != null; now = toSend()) {
                if (!write(now)) {
                    sink.resumeWrites();
                    return;
                }
                sending = null;
            }
            if (sink.flush()) {
                sink.suspendWrites();
            } else {
                sink.resumeWrites();
            }
        } catch (IOException _) {
            gone();
        }
    }

    /** Rest of the message being sent, else the next frame; null if there is none. */
    private @Nullable ByteBuffer toSend() {
        if (sending == null) {
            Supplier<byte[]> event = takeNext();
            sending = event == null ? null : ByteBuffer.wrap(event.get());
        }
        return sending;
    }

    private @Nullable Supplier<byte[]> takeNext() {
        long newest = ring.newest();
        long floor = next <= catchUpTo ? ring.oldest() : newest - MAX_WAITING + 1;
        next = Math.max(next, floor);
        Supplier<byte[]> event = ring.get(next);
        if (event != null) {
            next++;
        }
        return event;
    }

    /** Writes to the channel; true if no bytes are left. */
    private boolean write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (sink.write(bytes) == 0) {
                return false;
            }
            tookNanos = System.nanoTime();
        }
        return true;
    }

    private void end() {
        if (!gone) {
            gone = true;
            onGone.accept(this);
            exchange.endExchange();
        }
    }

    private void gone() {
        if (!gone) {
            gone = true;
            onGone.accept(this);
            IoUtils.safeClose(exchange.getConnection());
        }
    }
}
