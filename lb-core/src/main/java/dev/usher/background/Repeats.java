package dev.usher.background;

import java.time.Duration;
import java.util.function.Supplier;

/** The way to do work again and again, each time after a pause. */
@FunctionalInterface
public interface Repeats {
    /** Each work has a virtual thread of its own, so that slow work delays no other. */
    Repeats ON_THREADS =
            (name, pause, round) -> Thread.ofVirtual().name(name).start(() -> repeat(pause, round))::interrupt;

    /** A round of the work. */
    @FunctionalInterface
    interface Round {
        /**
         * Does the work once.
         *
         * @throws InterruptedException if the work has been stopped meanwhile
         */
        void run() throws InterruptedException;
    }

    /**
     * Begins with a pause.
     *
     * @param pause asked for before each round
     * @return stops the work, and interrupts a round under way
     */
    Runnable begin(String name, Supplier<Duration> pause, Round round);

    private static void repeat(Supplier<Duration> pause, Round round) {
        try {
            while (true) {
                Thread.sleep(pause.get());
                round.run();
            }
        } catch (InterruptedException stopped) {
            // The work is over.
        }
    }
}
