package dev.usher.server.control;

import dev.usher.admin.Control;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Hands a draining process's addresses to its successor: first the admin side's address, then the listeners'. Both are
 * kept until {@code shutdown.readiness_delay} is over, so that checks of {@code /readyz} can see the process as not
 * ready.
 *
 * <pre>
 *   SERVING --told to end--> STAYING --readiness_delay is over--> GIVING
 *   (asked: refused)         (asked: waits)                       (asked: lets the admin side's address go)
 * </pre>
 */
public final class Handover extends Conversation {
    /** Path of the request. Its connection stays open until the successor listens. */
    static final String PATH = "/handover";
    /** Time that a successor waits for the end of the delay. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);
    /** Time for a successor to open its listeners, while the old listeners still take connections. */
    private static final Duration TO_LISTEN = Duration.ofSeconds(5);

    private static final int OK = 200;

    private enum State {
        SERVING,
        STAYING,
        GIVING
    }

    /** Guarded by this, like the fields below. */
    private State state = State.SERVING;

    private int successors;
    private Consumer<String> letGo = _ -> {};

    /** Sets the action that frees the admin side's address; gets the caller's name. */
    public synchronized void by(Consumer<String> action) {
        letGo = action;
    }

    /** Begins the delay: the process was told to end. */
    public synchronized void begin() {
        state = State.STAYING;
    }

    /**
     * Ends the delay. A waiting successor gets the admin side's address now. Returns once the successor listens, or its
     * time is over: no client is refused until then.
     */
    public synchronized void give() throws InterruptedException {
        state = State.GIVING;
        notifyAll();
        long deadline = System.nanoTime() + TO_LISTEN.toNanos();
        for (long left = millisTo(deadline); successors > 0 && left > 0; left = millisTo(deadline)) {
            wait(left);
        }
    }

    private static long millisTo(long deadline) {
        return TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }

    @Override
    String path() {
        return PATH;
    }

    /** Answers a successor's request. */
    @Override
    void hold(Visitor visitor) throws IOException {
        SocketChannel client = visitor.channel();
        Protocol.Reader reader = visitor.reader();
        try {
            arrives();
            Control.Reply reply = awaited();
            if (reply.status() == OK) {
                if (reader.isAtEnd()) {
                    return; // the successor ended while it waited: the address stays here
                }
                toLetGo().accept(visitor.caller().text());
            }
            ControlSocket.answer(client, reply);
            if (reply.status() == OK) {
                try (ChannelDeadline _ = ChannelDeadline.of(client, TO_LISTEN)) {
                    reader.line(); // end of the connection, once the successor listens
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leaves();
        }
    }

    /** Successors that wait, or that have the address and do not listen yet. */
    synchronized int successors() {
        return successors;
    }

    private synchronized void arrives() {
        successors++;
    }

    private synchronized void leaves() {
        successors--;
        notifyAll();
    }

    private synchronized Consumer<String> toLetGo() {
        return letGo;
    }

    private synchronized Control.Reply awaited() throws InterruptedException {
        if (state == State.SERVING) {
            return reply(409, "it is serving: stop it first, by SIGTERM");
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long left = millisTo(deadline); state == State.STAYING && left > 0; left = millisTo(deadline)) {
            wait(left);
        }
        if (state == State.STAYING) {
            return reply(503, "its shutdown.readiness_delay is not over yet");
        }
        return reply(OK, "it is yours");
    }

    private static Control.Reply reply(int status, String detail) {
        return new Control.Reply(status, "{\"detail\": \"" + detail + "\"}");
    }
}
