package dev.usher.sim;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Many worlds. A failing world is made small, and told with its trace. */
public final class Simulation {
    private static final int MOST_LINES = 400;
    private static final int MOST_FEWER = 5;

    private Simulation() {}

    /**
     * A failed world.
     *
     * @param without the kinds of trouble that it fails without as well
     * @param fewer clients that it fails without
     */
    record Failure(long seed, Set<Fault> without, int fewer, Throwable why) {}

    /** The hash of a world's trace. */
    static long hash(long seed) {
        Trace trace = new Trace(false);
        new World(seed, Set.of(), 0, trace).run();
        return trace.hash();
    }

    static @Nullable Failure attempt(long seed, Set<Fault> without, int fewer) {
        try {
            new World(seed, without, fewer, new Trace(false)).run();
            return null;
        } catch (Throwable broken) { // a fault of usher may throw anything
            return new Failure(seed, without, fewer, broken);
        }
    }

    /** Leaves out trouble and clients, as long as the world fails. */
    static Failure shrink(Failure failure) {
        Failure small = failure;
        for (Fault fault : Fault.values()) {
            EnumSet<Fault> without = EnumSet.of(fault);
            without.addAll(small.without());
            Failure smaller = attempt(small.seed(), without, small.fewer());
            small = smaller == null ? small : smaller;
        }
        for (int fewer = MOST_FEWER; fewer > small.fewer(); fewer--) {
            Failure smaller = attempt(small.seed(), small.without(), fewer);
            if (smaller != null) {
                return smaller;
            }
        }
        return small;
    }

    /** The story of a failed world, its end last. */
    static String story(Failure failure) {
        Trace trace = new Trace(true);
        Throwable why = failure.why();
        try {
            new World(failure.seed(), failure.without(), failure.fewer(), trace).run();
        } catch (Throwable again) { // the same as before
            why = again;
        }
        StringBuilder text = new StringBuilder();
        text.append("seed ")
                .append(failure.seed())
                .append(" fails: ")
                .append(why)
                .append('\n');
        text.append("it fails also without ").append(failure.without()).append(" and ");
        text.append(failure.fewer()).append(" clients\n");
        int from = Math.max(0, trace.lines().size() - MOST_LINES);
        trace.lines()
                .subList(from, trace.lines().size())
                .forEach(line -> text.append(line).append('\n'));
        text.append(why);
        for (StackTraceElement place : why.getStackTrace()) {
            text.append("\n    at ").append(place);
        }
        return text.toString();
    }

    /**
     * Runs the worlds of a row of seeds.
     *
     * @return the failure with the lowest seed of those found, made small; null if every world is well
     */
    static @Nullable Failure run(long from, long count, int threads) {
        AtomicLong next = new AtomicLong(from);
        AtomicReference<@Nullable Failure> failed = new AtomicReference<>();
        Thread[] all = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            all[i] = Thread.ofPlatform().start(() -> {
                for (long seed = next.getAndIncrement(); seed < from + count; seed = next.getAndIncrement()) {
                    if (failed.get() != null) {
                        return;
                    }
                    Failure failure = attempt(seed, Set.of(), 0);
                    if (failure != null) {
                        failed.compareAndSet(null, failure);
                    }
                }
            });
        }
        for (Thread thread : all) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        Failure failure = failed.get();
        return failure == null ? null : shrink(failure);
    }

    /** {@code run FROM COUNT THREADS}, {@code hash FROM COUNT}, or {@code tell SEED}. */
    public static void main(String[] arguments) {
        long from = Long.parseLong(arguments[1]);
        switch (arguments[0]) {
            case "hash" -> {
                for (long seed = from; seed < from + Long.parseLong(arguments[2]); seed++) {
                    System.out.println(seed + " " + Long.toHexString(hash(seed)));
                }
            }
            case "tell" -> {
                Failure failure = attempt(from, Set.of(), 0);
                System.out.println(failure == null ? "well" : story(shrink(failure)));
            }
            default -> {
                long began = System.nanoTime();
                Failure failure = run(from, Long.parseLong(arguments[2]), Integer.parseInt(arguments[3]));
                System.out.println(failure == null ? "well" : story(failure));
                System.out.println((System.nanoTime() - began) / 1_000_000 + " ms");
                System.exit(failure == null ? 0 : 1);
            }
        }
    }
}
