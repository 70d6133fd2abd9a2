package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.HostPort;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.login.Passwords;
import dev.usher.login.UserCheck;
import dev.usher.loop.Worker;
import dev.usher.opening.Openings;
import dev.usher.pool.Draws;
import dev.usher.testing.Await;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestPools;
import dev.usher.testing.Transports;
import dev.usher.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.function.BooleanSupplier;

/** A worker without a thread, turned by hand, what listens on it, and where. Its sockets are real. */
final class HandTurned {
    final Worker worker;
    final WorkerSessions relay;
    final InetSocketAddress address;
    final Routing routing;
    final Room room;
    private final ListenerCounts state = new ListenerCounts("in", 1);

    HandTurned(UsherConfig config, long heldBytesBudget, Clock clock, SessionLog log) {
        this(config, heldBytesBudget, clock, log, Openings.BY_TYPE);
    }

    HandTurned(UsherConfig config, long heldBytesBudget, Clock clock, SessionLog log, Openings openings) {
        this(config, heldBytesBudget, clock, log, openings, Passwords.NONE);
    }

    HandTurned(
            UsherConfig config,
            long heldBytesBudget,
            Clock clock,
            SessionLog log,
            Openings openings,
            Passwords passwords) {
        try {
            Routing inForce = Routing.of(config, TestPools.of(config));
            routing = inForce;
            room = new Room(Integer.MAX_VALUE, clock);
            worker = new Worker("by hand", Transports.underTest(), clock, heldBytesBudget);
            relay = new WorkerSessions(
                    0,
                    1,
                    worker,
                    () -> inForce,
                    log,
                    new SharedState(
                            "t-",
                            room,
                            new ClientLimits(clock, Draws.OF_THREADS),
                            new OwnConnections(),
                            new UserCheck(passwords, Clock.SYSTEM),
                            new OpenHellos(),
                            openings,
                            Draws.OF_THREADS));
            address = (InetSocketAddress) relay.open(
                    Objects.requireNonNull(config.listeners().get("in")),
                    state,
                    new HostPort("127.0.0.1", 0),
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    List.of());
            relay.follow(config.listeners());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A log that keeps all ends. */
    static SessionLog into(Queue<SessionEnd> ends) {
        return new SessionLog() {
            @Override
            public void ended(int worker, SessionEnd end) {
                ends.add(end);
            }

            @Override
            public boolean wants(CloseReason reason, boolean empty) {
                return true;
            }
        };
    }

    /** A turn that does not wait: there is mail. */
    void turn() {
        worker.submit(() -> {});
        try {
            worker.runOnce();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void turnUntil(BooleanSupplier condition, String what) {
        Await.until(
                () -> {
                    turn();
                    return condition.getAsBoolean();
                },
                what);
    }

    /** A client that is accepted already. */
    TestPeer accepted() throws IOException {
        TestPeer client = TestPeer.connect(address);
        long before = relay.sessions().get();
        turnUntil(() -> relay.sessions().get() > before, "it is accepted");
        return client;
    }

    /** Ends every session and the worker, and sees that nothing is left. */
    void finish() {
        relay.endAll(CloseReason.SHUTDOWN);
        assertEquals(0, relay.sessions().get());
        assertEquals(0, worker.buffers().heldBytes().get());
        assertEquals(0, worker.bugs().get());
        close();
    }

    void close() {
        worker.stop();
        worker.run();
    }
}
