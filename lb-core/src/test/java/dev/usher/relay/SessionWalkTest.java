package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Crowd;
import dev.usher.testing.TestUsher;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import dev.usher.view.ConnectionView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Goal: ten thousand connections are shown, and none waits for it. Method: a worker turned by hand, real clients. */
class SessionWalkTest {
    private static final int CLIENTS = 10_000;
    private static final int STEP = 128;
    private static final int ROUNDS = 8;

    private final HandTurned turned = new HandTurned(
            TestUsher.of()
                    .backend(TestUsher.anyBackend())
                    .helloTimeout(Duration.ofMinutes(1))
                    .config(),
            1 << 20,
            Clock.SYSTEM,
            SessionLog.NONE);
    private Crowd crowd;

    @BeforeEach
    void fill() throws IOException {
        crowd = Crowd.of(CLIENTS, turned.address);
        turned.turnUntil(() -> open() == CLIENTS, "all are accepted");
    }

    @AfterEach
    void close() {
        crowd.close();
        turned.relay.endAll(CloseReason.SHUTDOWN);
        assertEquals(0, turned.worker.bugs().get());
        turned.close();
    }

    private long open() {
        return turned.relay.sessions().get();
    }

    /** The longest step of the best of some rounds: what a step takes, and not what else the machine does. */
    @Test
    void showsTenThousandInStepsOfLessThanAMillisecond() {
        long best = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            SessionWalk walk = turned.relay.walk();
            Set<String> seen = new HashSet<>();
            long longest = 0;
            List<ConnectionView> step;
            do {
                long began = System.nanoTime();
                step = walk.view(STEP, Moment.now(Clock.SYSTEM));
                longest = Math.max(longest, System.nanoTime() - began);
                step.forEach(connection -> assertTrue(seen.add(connection.cid()), connection + " is shown twice"));
            } while (!step.isEmpty());
            assertEquals(CLIENTS, seen.size());
            best = Math.min(best, longest);
        }
        System.out.println("longest step of " + STEP + " of " + CLIENTS + " sessions: "
                + TimeUnit.NANOSECONDS.toMicros(best) + " us");
        assertTrue(best < TimeUnit.MILLISECONDS.toNanos(1), best + " ns");
    }

    @Test
    void isNotLostWhenSessionsEndBetweenItsSteps() {
        SessionWalk walk = turned.relay.walk();
        List<ConnectionView> seen = new ArrayList<>(walk.view(STEP, Moment.now(Clock.SYSTEM)));
        while (!walk.isOver()) {
            long before = open();
            int leaving = (int) Math.min(100, before);
            crowd.leave(leaving);
            turned.turnUntil(() -> open() == before - leaving, "they are gone");
            seen.addAll(walk.view(STEP, Moment.now(Clock.SYSTEM)));
        }
        Set<String> names = new HashSet<>();
        seen.forEach(connection -> assertTrue(names.add(connection.cid()), connection + " is shown twice"));
        assertTrue(open() > 0 && seen.size() < CLIENTS, "some were gone before they were seen: " + seen.size());
        List<ConnectionView> left = turned.relay.walk().view(CLIENTS, Moment.now(Clock.SYSTEM));
        assertEquals(open(), left.size());
        left.forEach(
                connection -> assertTrue(names.contains(connection.cid()), connection + " was there all the time"));
    }
}
