package dev.usher.testing;

/** Seeds of random tests. */
public final class Seed {
    private Seed() {}

    /** A seed for one test, printed; {@code -Dusher.seed} repeats a run. */
    public static long of(Class<?> test) {
        long seed = Long.getLong("usher.seed", System.nanoTime());
        System.out.println(test.getSimpleName() + ": usher.seed=" + seed);
        return seed;
    }
}
