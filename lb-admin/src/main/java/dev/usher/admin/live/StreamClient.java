package dev.usher.admin.live;

import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioIoThread;
import org.xnio.channels.StreamSinkChannel;

/**
 * One who looks. All of it belongs to the thread of its connection but for what says otherwise. What is sent is in the
 * ring; one that is slow skips frames there, and costs no more than one that is not.
 */
final class StreamClient {
    /** How far behind the newest frame it may be; what it has missed before it came is not counted. */
    private static final int MAX_WAITING = 2;
    /** What a browser waits before it comes again. */
    private static final String BEGINNING = "retry: 2000\n\n";
    /** A comment; it shows on both ends that the other is there. */
    private static final byte[] KEEP_ALIVE = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final HttpServerExchange exchange;
    private final StreamSinkChannel sink;
    private final XnioIoThread thread;
    private final EventRing ring;
    private final long stallNanos;
    private final BooleanSupplier mayLook;
    private final Consumer<StreamClient> onGone;

    /** Sequence of the frame to be sent next. */
    private long next;
    /** Up to this one nothing is skipped: it was there when the client came. */
    private final long catchUpTo;
    /** Null exactly when what was begun has been sent. */
    private @Nullable ByteBuffer sending = ByteBuffer.wrap(BEGINNING.getBytes(StandardCharsets.US_ASCII));

    private long tookNanos = System.nanoTime();
    private boolean gone;

    /**
     * @param next sequence of the first frame to be sent
     * @param stallNanos how long it may take nothing
     * @param mayLook is asked each second, before the frame of that second; the stream ends when it says no
     * @param onGone is told once, on the connection's thread
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

    /** On the connection's thread. */
    void begin() {
        sink.getWriteSetter().set(_ -> send());
        sink.getCloseSetter().set(_ -> gone());
        send();
    }

    // ---- from any thread ----

    /** Says that a second has passed, with a frame or without. */
    void tick() {
        onItsThread(this::onTick);
    }

    /** Ends the response as a whole one. */
    void close() {
        onItsThread(this::end);
    }

    private void onItsThread(Runnable action) {
        try {
            thread.execute(action);
        } catch (RejectedExecutionException _) {
            // the server has ended, and with it this connection
        }
    }

    // ---- on its thread ----

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
            return; // it is not done with what it has
        }
        if (next > ring.newest()) {
            sending = ByteBuffer.wrap(KEEP_ALIVE);
        }
        send();
    }

    /** Sends what there is, as far as the client takes it; the channel calls again once it takes more. */
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

    /** What was begun, else the next frame; null if there is none. */
    private @Nullable ByteBuffer toSend() {
        if (sending == null) {
            byte[] event = takeNext();
            sending = event == null ? null : ByteBuffer.wrap(event);
        }
        return sending;
    }

    private byte @Nullable [] takeNext() {
        long newest = ring.newest();
        long floor = next <= catchUpTo ? ring.oldest() : newest - MAX_WAITING + 1;
        next = Math.max(next, floor);
        byte[] event = ring.get(next);
        if (event != null) {
            next++;
        }
        return event;
    }

    /** True if all of it was written. */
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
