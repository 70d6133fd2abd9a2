package dev.usher.server;

import dev.usher.background.Background;
import dev.usher.background.Task;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Gives the heap's garbage back to the system. Sessions that are open during a small collection move to the old
 * generation, and stay there as garbage after their end. The JVM collects the old generation only when the heap is at
 * its limit, a quarter of the machine's memory: after gigabytes, with a pause of seconds. A collection at a quiet moment,
 * of a dozen MiB, takes some 20 ms.
 */
final class HeapUpkeep implements AutoCloseable {
    /** Garbage worth a collection while traffic is light. */
    static final long SOME_BYTES = 12 * 1024 * 1024;
    /** Garbage worth a collection at any time: more would make the pause long. */
    static final long MUCH_BYTES = 64 * 1024 * 1024;
    /** Seconds without a small collection: fewer than about 170 connections a second. */
    static final int LIGHT_SECONDS = 10;

    private static final Duration BEAT = Duration.ofSeconds(1);

    private final Thread thread;

    private HeapUpkeep(Task task) {
        thread = Thread.ofPlatform().name("heap").daemon().start(() -> task.whole(() -> keep(task)));
    }

    /** Starts the upkeep of this process's heap. */
    static HeapUpkeep start(Background background) {
        return new HeapUpkeep(background.task("heap", "restart usher when it suits", Duration.ofSeconds(30)));
    }

    private static void keep(Task task) {
        Runtime runtime = Runtime.getRuntime();
        LongSupplier used = () -> runtime.totalMemory() - runtime.freeMemory();
        Garbage garbage = new Garbage();
        try {
            while (true) {
                WeakReference<Object> young =
                        new WeakReference<>(new Object()); // cleared by a collection, however small
                Thread.sleep(BEAT);
                if (garbage.isDue(used.getAsLong(), young.refersTo(null))) {
                    task.begins();
                    System.gc();
                    garbage.collected(used.getAsLong());
                    task.works();
                }
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /** Decides from the heap's size, once a second, whether a collection is due. One thread. */
    static final class Garbage {
        /** The least size since the last collection of the whole heap. Whatever is above is taken for garbage. */
        private long leastBytes = Long.MAX_VALUE;

        /** Looks in a row without a collection in between. */
        private int lightSeconds;

        /**
         * @param usedBytes the heap in use, garbage included
         * @param collected whether there was a collection, however small, since the last look
         */
        boolean isDue(long usedBytes, boolean collected) {
            lightSeconds = collected ? 0 : lightSeconds + 1;
            leastBytes = Math.min(leastBytes, usedBytes);
            long garbage = usedBytes - leastBytes;
            return garbage >= MUCH_BYTES || (garbage >= SOME_BYTES && lightSeconds >= LIGHT_SECONDS);
        }

        /** @param usedBytes the heap in use just after the collection */
        void collected(long usedBytes) {
            leastBytes = usedBytes;
            lightSeconds = 0;
        }
    }
}
