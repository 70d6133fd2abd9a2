package dev.usher.time;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TimersTest {
    private final Timers timers = new Timers();
    private final List<String> told = new ArrayList<>();

    private Deadline named(String name) {
        return new Deadline(() -> told.add(name));
    }

    @Test
    void tellsInTheOrderOfTheMomentsNotOfTheCalls() {
        timers.arm(named("c"), 30);
        timers.arm(named("a"), 10);
        timers.arm(named("b"), 20);
        assertEquals(2, timers.expire(29, 9));
        assertEquals(List.of("a", "b"), told);
        assertEquals(1, timers.nanosToNext(29));
        assertEquals(1, timers.expire(30, 9));
        assertEquals(List.of("a", "b", "c"), told);
        assertEquals(Timers.NEVER, timers.nanosToNext(30));
    }

    @Test
    void tellsOnce() {
        Deadline deadline = named("a");
        timers.arm(deadline, 10);
        assertTrue(deadline.isArmed());
        assertEquals(1, timers.expire(10, 9));
        assertFalse(deadline.isArmed());
        assertEquals(0, timers.expire(11, 9));
        assertEquals(0, timers.size());
    }

    @Test
    void aPushToLaterIsHeededThoughTheQueueLearnsOfItLate() {
        Deadline pushed = named("pushed");
        timers.arm(pushed, 10);
        timers.arm(named("between"), 20);
        timers.arm(pushed, 30);
        assertEquals(10, timers.nanosToNext(0), "a wake-up too early is all that it costs");
        assertEquals(0, timers.expire(10, 9));
        assertEquals(10, timers.nanosToNext(10));
        timers.expire(29, 9);
        assertEquals(List.of("between"), told);
        timers.expire(30, 9);
        assertEquals(List.of("between", "pushed"), told);
    }

    @Test
    void aPullToEarlierIsHeeded() {
        Deadline pulled = named("pulled");
        timers.arm(named("first"), 10);
        timers.arm(pulled, 50);
        timers.arm(pulled, 5);
        assertEquals(5, timers.nanosToNext(0));
        timers.expire(5, 9);
        assertEquals(List.of("pulled"), told);
        timers.expire(50, 9);
        assertEquals(List.of("pulled", "first"), told);
    }

    @Test
    void aPushBackAndForthEndsWhereItWasLast() {
        Deadline moved = named("moved");
        timers.arm(moved, 10);
        timers.arm(moved, 90);
        timers.arm(moved, 40);
        timers.expire(39, 9);
        assertEquals(List.of(), told);
        timers.expire(40, 9);
        assertEquals(List.of("moved"), told);
    }

    @Test
    void whatIsCancelledIsNotTold() {
        Deadline middle = named("middle");
        timers.arm(named("a"), 10);
        timers.arm(middle, 20);
        timers.arm(named("c"), 30);
        timers.cancel(middle);
        timers.cancel(middle);
        assertEquals(2, timers.size());
        timers.expire(99, 9);
        assertEquals(List.of("a", "c"), told);
    }

    @Test
    void noMoreAreToldThanAsked() {
        for (int i = 0; i < 10; i++) {
            timers.arm(named("" + i), i);
        }
        assertEquals(4, timers.expire(99, 4));
        assertEquals(List.of("0", "1", "2", "3"), told);
        assertEquals(0, timers.nanosToNext(99), "the rest are due at once");
    }

    @Test
    void anOwnerMayArmAndCancelWhileItIsTold() {
        Deadline other = named("other");
        List<Deadline> self = new ArrayList<>();
        Deadline again = new Deadline(() -> {
            told.add("again");
            timers.cancel(other);
            timers.arm(self.getFirst(), 50);
        });
        self.add(again);
        timers.arm(again, 10);
        timers.arm(other, 11);
        assertEquals(1, timers.expire(20, 9));
        assertEquals(List.of("again"), told);
        assertEquals(30, timers.nanosToNext(20));
    }

    @Test
    void momentsMayWrap() {
        long now = Long.MAX_VALUE - 5;
        timers.arm(named("behind the wrap"), now + 10);
        timers.arm(named("before it"), now + 1);
        assertEquals(1, timers.nanosToNext(now));
        assertEquals(1, timers.expire(now + 9, 9));
        assertEquals(1, timers.expire(now + 10, 9));
        assertEquals(List.of("before it", "behind the wrap"), told);
    }

    /** Against a model that is plainly right: a sorted map of moments to names. The wrap is in the middle. */
    @Test
    void agreesWithASortedMapUnderRandomUse() {
        Random random = new Random(Seed.of(TimersTest.class));
        NavigableMap<Long, Set<Integer>> model = new TreeMap<>(); // by nanos since the base
        Map<Integer, Long> dueOf = new java.util.HashMap<>();
        long base = Long.MAX_VALUE - 20_000;
        List<Deadline> deadlines = new ArrayList<>();
        TreeSet<Integer> toldNow = new TreeSet<>();
        for (int i = 0; i < 300; i++) {
            int number = i;
            deadlines.add(new Deadline(() -> assertTrue(toldNow.add(number))));
        }
        long now = 0;
        for (int step = 0; step < 40_000; step++) {
            int number = random.nextInt(deadlines.size());
            if (random.nextInt(10) < 7) {
                long due = now + random.nextInt(1000);
                remove(model, dueOf, number);
                model.computeIfAbsent(due, _ -> new TreeSet<>()).add(number);
                dueOf.put(number, due);
                timers.arm(deadlines.get(number), base + due);
            } else if (random.nextInt(3) > 0) {
                remove(model, dueOf, number);
                timers.cancel(deadlines.get(number));
            } else {
                now += random.nextInt(60);
                toldNow.clear();
                TreeSet<Integer> expected = new TreeSet<>();
                model.headMap(now, true).values().forEach(expected::addAll);
                expected.forEach(due -> remove(model, dueOf, due));
                assertEquals(expected.size(), timers.expire(base + now, Integer.MAX_VALUE));
                assertEquals(expected, toldNow);
            }
            assertEquals(dueOf.size(), timers.size());
            if (!model.isEmpty()) {
                assertTrue(timers.nanosToNext(base + now) <= Math.max(0, model.firstKey() - now));
            }
            assertEquals(dueOf.containsKey(number), deadlines.get(number).isArmed());
        }
    }

    private static void remove(NavigableMap<Long, Set<Integer>> model, Map<Integer, Long> dueOf, int number) {
        Long due = dueOf.remove(number);
        if (due != null) {
            model.computeIfPresent(due, (_, numbers) -> {
                numbers.remove(number);
                return numbers.isEmpty() ? null : numbers;
            });
        }
    }
}
