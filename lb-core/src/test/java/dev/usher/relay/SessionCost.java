package dev.usher.relay;

import com.sun.management.ThreadMXBean;
import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.time.Clock;
import dev.usher.tls.Hellos;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;

/**
 * The garbage of a worker that is turned by hand: bytes that the thread allocates during turns, exact however busy the
 * machine is.
 */
final class SessionCost implements AutoCloseable {
    private static final int CONNECTIONS = 100;
    private static final int EXCHANGES = 500;

    private static final ByteBuffer HELLO = Hellos.fromJdkClient(TestUsher.NAME, "h2", "http/1.1");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private final HandTurned turned =
            new HandTurned(TestUsher.of(backend).config(), 1 << 20, Clock.SYSTEM, SessionLog.NONE);
    private long allocated;
    /** Bytes for a turn without an event, not counted: a busy machine has more of these. */
    private long ofEmptyTurn;

    @Override
    public void close() {
        turned.relay.endAll(CloseReason.SHUTDOWN);
        turned.close();
        backend.close();
    }

    /** Bytes for each connection from accept to close, with one exchange. */
    long ofConnection() throws IOException {
        measureEmptyTurn();
        for (int i = 0; i < CONNECTIONS; i++) {
            try (TestPeer client = TestPeer.connect(turned.address)) {
                exchange(client);
            }
            turnUntil(() -> turned.relay.sessions().get() == 0, "the session is over");
        }
        return allocated / CONNECTIONS;
    }

    /** Bytes for all of many exchanges on an open connection. */
    long ofExchanges() throws IOException {
        try (TestPeer client = TestPeer.connect(turned.address)) {
            exchange(client);
            measureEmptyTurn();
            for (int i = 0; i < EXCHANGES; i++) {
                exchange(client);
            }
            return allocated;
        }
    }

    /** What the client says comes back, by way of the backend. */
    private void exchange(TestPeer client) throws IOException {
        int bytes = HELLO.remaining();
        long before = turned.relay.sent().get();
        client.send(HELLO);
        turnUntil(() -> turned.relay.sent().get() - before == bytes, "the echo is passed on");
        client.read(bytes);
    }

    private void turnUntil(BooleanSupplier condition, String what) {
        Await.until(
                () -> {
                    turn();
                    return condition.getAsBoolean();
                },
                what);
    }

    private void turn() {
        turned.worker.submit(() -> {}); // so that the turn does not wait; not counted here
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            turned.worker.runOnce();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        allocated += Math.max(0, THREADS.getCurrentThreadAllocatedBytes() - before - ofEmptyTurn);
    }

    private void measureEmptyTurn() {
        ofEmptyTurn = 0;
        turn(); // whatever is left of before
        allocated = 0;
        turn();
        ofEmptyTurn = allocated;
        allocated = 0;
    }

    /** Repeats until the garbage is down to the arguments, for a connection and for exchanges; ended by the caller if never. */
    public static void main(String[] most) throws IOException {
        try (SessionCost cost = new SessionCost()) {
            awaitDown(Long.parseLong(most[0]), cost::ofConnection, "connection");
            awaitDown(Long.parseLong(most[1]), cost::ofExchanges, "exchanges");
        }
    }

    /** A cost measured once. */
    private interface Measure {
        long bytes() throws IOException;
    }

    private static void awaitDown(long most, Measure measure, String what) throws IOException {
        long bytes;
        do {
            bytes = measure.bytes();
            System.out.println(what + " " + bytes);
        } while (bytes > most);
    }
}
