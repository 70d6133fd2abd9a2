package dev.usher.pool;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** Random numbers for decisions. Passed to every user, so that a simulation can draw the same numbers again. */
public final class Draws {
    /** Numbers for any thread, without state that threads share. */
    public static final RandomGenerator OF_THREADS =
            () -> ThreadLocalRandom.current().nextLong();

    private Draws() {}
}
