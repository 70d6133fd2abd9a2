package dev.usher.metrics;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Which names are counted most often, in bounded memory: Space-Saving (Metwally, Agrawal and El Abbadi, ICDT 2005). It
 * remembers so many names. One that is not among them takes the place of the one with the smallest count, and goes on
 * from that count, which is then its error: so a count is never too small, and too large by its error at most. Whatever
 * was counted more often than all counts divided by the capacity is among them.
 *
 * <p>Names with one count are in one bucket, and buckets are in a list by their count. Counting moves a name to the next
 * bucket, so it takes the same short time for any name, and allocates nothing. Of one thread.
 */
public final class NameSketch {
    private static final int NONE = -1;

    private final int capacity;

    // Of each name, by its place.
    private final @Nullable String[] names;
    private final int[] hashes;
    private final long[] errors;
    private final long[] seenNanos;
    private final int[] bucketOf;
    private final int[] before;
    private final int[] after;
    private int size;

    // Of each bucket: one for each name, and one that is made before another is empty.
    private final long[] counts;
    private final int[] first;
    private final int[] lower;
    private final int[] higher;
    private int lowest = NONE;
    /** Of a list through {@link #higher}. */
    private int freeBucket;

    /** Places by hash, with linear probing; twice as many as names at the least. */
    private final int[] table;

    /** Odd, and nobody's to guess: nobody can choose names that fall on one place of the table. */
    private final int seed = ThreadLocalRandom.current().nextInt() | 1;

    private final Counter total = new Counter();

    /** @param capacity names to remember */
    public NameSketch(int capacity) {
        this.capacity = capacity;
        this.names = new String[capacity];
        this.hashes = new int[capacity];
        this.errors = new long[capacity];
        this.seenNanos = new long[capacity];
        this.bucketOf = new int[capacity];
        this.before = new int[capacity];
        this.after = new int[capacity];
        this.counts = new long[capacity + 1];
        this.first = new int[capacity + 1];
        this.lower = new int[capacity + 1];
        this.higher = new int[capacity + 1];
        for (int i = 0; i <= capacity; i++) {
            higher[i] = i == capacity ? NONE : i + 1;
        }
        this.table = new int[Integer.highestOneBit(capacity) * 4];
        Arrays.fill(table, NONE);
    }

    /** Counts a name once. */
    public void count(String name, long nowNanos) {
        total.increment();
        int hash = hash(name);
        int place = find(name, hash);
        if (place == NONE) {
            place = size < capacity ? add() : takeSmallest();
            names[place] = name;
            hashes[place] = hash;
            insert(place);
        }
        seenNanos[place] = nowNanos;
        raise(place);
    }

    /** How many were counted, of whatever name. Any thread. */
    public long total() {
        return total.get();
    }

    /** What a name that is not remembered may have been counted at the most. */
    public long floor() {
        return size < capacity ? 0 : counts[lowest];
    }

    /** Who is told of the names. */
    @FunctionalInterface
    public interface Reader {
        /**
         * One of the names.
         *
         * @param count never too small
         * @param error by so much it may be too large
         */
        void name(String name, long count, long error, long seenNanos);
    }

    /** Tells all names, in no order. */
    public void forEach(Reader reader) {
        for (int place = 0; place < size; place++) {
            String name = names[place];
            if (name != null) {
                reader.name(name, counts[bucketOf[place]], errors[place], seenNanos[place]);
            }
        }
    }

    // ---- places ----

    /** A new place, in a bucket for names that were never counted. */
    private int add() {
        int place = size++;
        if (lowest == NONE || counts[lowest] != 0) {
            insertBucket(0, NONE, lowest);
        }
        join(place, lowest);
        return place;
    }

    /** The place of a name with the smallest count, which is forgotten. */
    private int takeSmallest() {
        int place = first[lowest];
        remove(place);
        errors[place] = counts[lowest];
        return place;
    }

    // ---- buckets ----

    /** Moves a name to the bucket of the next count. */
    private void raise(int place) {
        int from = bucketOf[place];
        int to = higher[from];
        long count = counts[from] + 1;
        boolean alone = first[from] == place && after[place] == NONE;
        if (to != NONE && counts[to] == count) {
            leave(place, from);
            join(place, to);
        } else if (alone) {
            counts[from] = count;
        } else {
            leave(place, from);
            insertBucket(count, from, to);
            join(place, higher[from]);
        }
    }

    private void join(int place, int bucket) {
        int next = first[bucket];
        before[place] = NONE;
        after[place] = next;
        if (next != NONE) {
            before[next] = place;
        }
        first[bucket] = place;
        bucketOf[place] = bucket;
    }

    private void leave(int place, int bucket) {
        if (before[place] == NONE) {
            first[bucket] = after[place];
        } else {
            after[before[place]] = after[place];
        }
        if (after[place] != NONE) {
            before[after[place]] = before[place];
        }
        if (first[bucket] == NONE) {
            removeBucket(bucket);
        }
    }

    private void insertBucket(long count, int below, int above) {
        int bucket = freeBucket;
        freeBucket = higher[bucket];
        counts[bucket] = count;
        first[bucket] = NONE;
        lower[bucket] = below;
        higher[bucket] = above;
        link(below, bucket);
        if (above != NONE) {
            lower[above] = bucket;
        }
    }

    private void removeBucket(int bucket) {
        int above = higher[bucket];
        link(lower[bucket], above);
        if (above != NONE) {
            lower[above] = lower[bucket];
        }
        higher[bucket] = freeBucket;
        freeBucket = bucket;
    }

    private void link(int below, int bucket) {
        if (below == NONE) {
            lowest = bucket;
        } else {
            higher[below] = bucket;
        }
    }

    // ---- the table ----

    private int hash(String name) {
        int hash = seed;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x01000193; // FNV-1a, from a start that nobody knows
            hash ^= hash >>> 15;
        }
        return hash * seed;
    }

    private int slot(int hash) {
        return (hash ^ (hash >>> 16)) & (table.length - 1);
    }

    private int next(int slot) {
        return (slot + 1) & (table.length - 1);
    }

    private int find(String name, int hash) {
        for (int slot = slot(hash); table[slot] != NONE; slot = next(slot)) {
            int place = table[slot];
            if (hashes[place] == hash && name.equals(names[place])) {
                return place;
            }
        }
        return NONE;
    }

    private void insert(int place) {
        int slot = slot(hashes[place]);
        while (table[slot] != NONE) {
            slot = next(slot);
        }
        table[slot] = place;
    }

    /** Takes a place out of the table, and moves up those behind it that could not be found any more. */
    private void remove(int place) {
        int hole = slot(hashes[place]);
        while (table[hole] != place) {
            hole = next(hole);
        }
        for (int slot = next(hole); table[slot] != NONE; slot = next(slot)) {
            int wanted = slot(hashes[table[slot]]);
            boolean reachable = hole <= slot ? wanted > hole && wanted <= slot : wanted > hole || wanted <= slot;
            if (!reachable) {
                table[hole] = table[slot];
                hole = slot;
            }
        }
        table[hole] = NONE;
    }
}
