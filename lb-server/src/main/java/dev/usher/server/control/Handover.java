package dev.usher.server.control;

import dev.usher.admin.Control;
import dev.usher.admin.http.Caller;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How a process that was told to end gives its places to its successor: the address of its admin side, and after that the
 * listeners'. Until {@code shutdown.readiness_delay} is over it keeps both, for those who look at {@code /readyz} to see that
 * it is not ready.
 *
 * <pre>
 *   SERVING --told to end--> STAYING --readiness_delay is over--> GIVING
 *   (asked: refused)         (asked: waits)                       (asked: lets the admin side's address go)
 * </pre>
 */
public final class Handover {
    /** The request for it. The connection stays open until the successor listens. */
    static final String PATH = "/handover";
    /** How long a successor waits for the end of the delay. */
    public static final Duration PATIENCE = Duration.ofSeconds(60);
    /** How long a successor has for its listeners, while those of before still take connections. */
    private static final Duration TO_LISTEN = Duration.ofSeconds(5);

    private static final int OK = 200;

    private enum State {
        SERVING,
        STAYING,
        GIVING
    }

    /** Guarded by this, as are the others. */
    private State state = State.SERVING;

    private int successors;
    private Consumer<String> letGo = _ -> {};

    /** Has a successor get what it asks for in this way; it is told who asks. */
    public synchronized void by(Consumer<String> action) {
        letGo = action;
    }

    /** It was told to end. */
    public synchronized void begin() {
        state = State.STAYING;
    }

    /**
     * The delay is over. A successor that waits gets the admin side now, and this returns when it listens, or has had the
     * time for it: until then nobody is refused.
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

    /** Answers a successor that has asked, on the thread of its connection. */
    void give(SocketChannel client, Protocol.Reader reader, Caller caller) throws IOException {
        try {
            arrives();
            Control.Reply reply = awaited();
            if (reply.status() == OK) {
                if (reader.isAtEnd()) {
                    return; // it was ended while it waited: nobody takes the place
                }
                toLetGo().accept(caller.text());
            }
            ControlSocket.answer(client, reply);
            if (reply.status() == OK) {
                try (Deadline _ = Deadline.of(client, TO_LISTEN)) {
                    reader.line(); // its end, once it listens
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            leaves();
        }
    }

    /** Those that wait, or have got it and do not listen yet. */
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
            return reply(409, "it serves, and was not told to end: send it SIGTERM first");
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
