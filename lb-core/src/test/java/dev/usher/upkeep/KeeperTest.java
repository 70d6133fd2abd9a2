package dev.usher.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.background.Background;
import dev.usher.testing.Await;
import dev.usher.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The keeper's own failures are known, and end neither its thread nor its other work. */
class KeeperTest {
    private final Background background = new Background(Clock.SYSTEM);

    private List<String> failing() {
        return background.failing().stream()
                .map(failure -> failure.task() + ": " + failure.why().replaceFirst("(NullPointerException):.*", "$1"))
                .toList();
    }

    private void awaitFailing(String... expected) {
        Await.until(() -> failing().equals(List.of(expected)), "failing is " + List.of(expected));
    }

    @Test
    void failingLookIsReportedAndTheOthersGoOn() {
        AtomicBoolean broken = new AtomicBoolean(true);
        AtomicInteger others = new AtomicInteger();
        Runnable faulty = () -> {
            if (broken.get()) {
                throw new NoClassDefFoundError("gone");
            }
        };
        try (Keeper keeper = new Keeper(Clock.SYSTEM, List::of, List.of(faulty, others::incrementAndGet), background)) {
            keeper.start();
            awaitFailing("warnings: a look has failed: java.lang.NoClassDefFoundError: gone");
            int before = others.get();
            Await.until(() -> others.get() > before + 1, "the other look goes on");
            assertEquals(List.of("warnings: a look has failed: java.lang.NoClassDefFoundError: gone"), failing());
            broken.set(false);
            awaitFailing();
        }
    }

    @Test
    void poolWhoseUpkeepFailsIsTriedUntilItSucceeds() {
        AtomicBoolean broken = new AtomicBoolean(true);
        try (Keeper keeper = new Keeper(
                Clock.SYSTEM,
                () -> broken.get() ? Collections.singletonList(null) : List.of(),
                List.of(),
                background)) {
            keeper.start();
            keeper.wake();
            awaitFailing("upkeep of pools: pool null: java.lang.NullPointerException");
            broken.set(false);
            awaitFailing();
        }
    }

    @Test
    void deadThreadIsReportedForGood() {
        try (Keeper keeper = new Keeper(
                Clock.SYSTEM,
                () -> {
                    throw new IllegalStateException("no pools");
                },
                List.of(),
                background)) {
            keeper.start();
            keeper.wake();
            awaitFailing("upkeep of pools: it has crashed: java.lang.IllegalStateException: no pools");
            assertEquals("restart usher", background.failing().getFirst().remedy());
        }
    }

    /** 4,000 probes that find their backends down ask 4,000 times, and a round is over all pools. */
    @Test
    void manyWishesAreFewRounds() {
        AtomicInteger rounds = new AtomicInteger();
        try (Keeper keeper = new Keeper(
                Clock.SYSTEM,
                () -> {
                    rounds.incrementAndGet();
                    return List.of();
                },
                List.of(),
                background)) {
            keeper.start();
            long began = System.nanoTime();
            while (System.nanoTime() - began < 300_000_000) {
                keeper.wake();
            }
            long most = 2 + (System.nanoTime() - began) / 20_000_000;
            assertTrue(rounds.get() <= most, rounds + " rounds, not " + most);
            int before = rounds.get();
            keeper.wake();
            Await.until(() -> rounds.get() > before, "the last wish is not forgotten");
        }
    }
}
