package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Crowd;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Goal: ten thousand connections are shown, and none waits for it. Method: a worker turned by hand, real clients. */
class SessionWalkTest {
    private static final int CLIENTS = 10_000;
    private static final int STEP = 128;
    private static final int ROUNDS = 8;
    /** Clients that leave between two steps: less than what a step shows, so that the walk comes to its end. */
    private static final int LEAVING = 60;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final Moment NOW = Moment.now(Clock.SYSTEM);

    private final HandTurned turned = new HandTurned(
            TestUsher.of()
                    .backend(TestUsher.anyBackend())
                    .helloTimeout(Duration.ofMinutes(1))
                    .config(),
            1 << 20,
            Clock.SYSTEM,
            SessionLog.NONE);

    private Crowd crowd() throws IOException {
        Crowd crowd = Crowd.of(CLIENTS, turned.address);
        turned.turnUntil(() -> open() == CLIENTS, "all are accepted");
        return crowd;
    }

    @AfterEach
    void close() {
        turned.finish();
    }

    private long open() {
        return turned.relay.sessions().get();
    }

    /** The longest step of the best of some rounds, in CPU time: what a step takes, and not what else the machine does. */
    @Test
    void showsTenThousandInStepsOfLessThanAMillisecond() throws IOException {
        try (Crowd _ = crowd()) {
            long best = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS; round++) {
                best = Math.min(best, longestStepOfOneWalk());
            }
            System.out.println("longest step of " + STEP + " of " + CLIENTS + " sessions: "
                    + TimeUnit.NANOSECONDS.toMicros(best) + " us");
            assertTrue(best < TimeUnit.MILLISECONDS.toNanos(1), best + " ns");
        }
    }

    private long longestStepOfOneWalk() {
        SessionWalk walk = turned.relay.walk();
        Set<String> seen = new HashSet<>();
        long longest = 0;
        while (!walk.isOver()) {
            long began = THREADS.getCurrentThreadCpuTime();
            List<ConnectionView> step = walk.view(STEP, NOW);
            longest = Math.max(longest, THREADS.getCurrentThreadCpuTime() - began);
            add(step, seen);
        }
        assertEquals(CLIENTS, seen.size());
        return longest;
    }

    private static void add(List<ConnectionView> step, Set<String> seen) {
        step.forEach(connection -> assertTrue(seen.add(connection.identity().cid()), connection + " is shown twice"));
    }

    @Test
    void showsAllThatStayWhileOthersLeave() throws IOException {
        try (Crowd crowd = crowd()) {
            SessionWalk walk = turned.relay.walk();
            Set<String> seen = new HashSet<>();
            while (!walk.isOver()) {
                add(walk.view(STEP, NOW), seen);
                long left = open() - LEAVING;
                crowd.leave(LEAVING);
                turned.turnUntil(() -> open() == left, "they are gone");
            }
            assertTrue(seen.size() < CLIENTS, "some were gone before they were seen: " + seen.size());
            List<ConnectionView> left = turned.relay.walk().view(CLIENTS, NOW);
            assertEquals(open(), left.size());
            left.forEach(
                    connection -> assertTrue(seen.contains(connection.identity().cid()), connection + " was there"));
        }
    }

    /** The very one that the walk would look at next leaves, and then the one behind it as well. */
    @Test
    void goesOnBehindThoseThatLeft() throws IOException {
        List<TestPeer> clients = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            clients.add(TestPeer.connect(turned.address));
            int accepted = i + 1;
            turned.turnUntil(() -> open() == accepted, "it is accepted");
        }
        SessionWalk walk = turned.relay.walk();
        assertEquals(List.of("t-5"), names(walk.view(1, NOW)));
        leave(clients.get(4));
        assertEquals(List.of("t-3"), names(walk.view(1, NOW)));
        leave(clients.get(2));
        leave(clients.get(1));
        leave(clients.get(3)); // seen already
        assertEquals(List.of("t-0"), names(walk.view(1, NOW)));
        assertTrue(walk.isOver());
        walk = turned.relay.walk();
        leave(clients.get(5));
        leave(clients.get(0));
        assertTrue(walk.isOver());
        assertEquals(List.of(), walk.view(1, NOW));
    }

    private void leave(TestPeer client) {
        long left = open() - 1;
        client.close();
        turned.turnUntil(() -> open() == left, "it is gone");
    }

    private static List<String> names(List<ConnectionView> seen) {
        return seen.stream().map(connection -> connection.identity().cid()).toList();
    }
}
