package dev.usher.metrics;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The most frequent names, in bounded memory: Space-Saving (Metwally, Agrawal and El Abbadi, ICDT 2005). The sketch
 * remembers a fixed number of names. A new name replaces the name with the smallest count and continues from that
 * count, which is the new name's error. So a count is never too small, and too large by its error at most. Every name
 * counted more often than the total divided by the capacity is in the sketch.
 *
 * <p>Names with equal counts share a bucket, and buckets form a list ordered by count. Counting moves a name to the
 * next bucket, in constant time and without allocation. For a single thread.
 */
public final class NameSketch {
    private static final int NONE = -1;

    private final int capacity;

    // Fields of a name, indexed by place.
    private final @Nullable String[] names;
    private final int[] hashes;
    private final long[] errors;
    private final long[] seenNanos;
    private final int[] bucketOf;
    private final int[] before;
    private final int[] after;
    private int size;

    // Fields of a bucket: as many as names, plus a bucket that is made before an old bucket is empty.
    private final long[] counts;
    private final int[] first;
    private final int[] lower;
    private final int[] higher;
    private int lowest = NONE;
    /** Head of a list linked through {@link #higher}. */
    private int freeBucket;

    /** Places by hash, with linear probing; the size is at least twice the capacity. */
    private final int[] table;

    /** Odd and secret, so that an attacker cannot choose names with colliding hashes. */
    private final int seed = ThreadLocalRandom.current().nextInt() | 1;

    private final Counter total = new Counter();

    /** @param capacity number of names to remember */
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

    /** Counts a name. */
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

    /** Number of counted names, repetitions included. Any thread. */
    public long total() {
        return total.get();
    }

    /** The highest possible count of a name that is not in the sketch. */
    public long floor() {
        return size < capacity ? 0 : counts[lowest];
    }

    /** Receiver of the names. */
    @FunctionalInterface
    public interface Reader {
        /**
         * Receives a name.
         *
         * @param count never too small
         * @param error the most by which the count may be too large
         */
        void name(String name, long count, long error, long seenNanos);
    }

    /** Passes on every name, in no order. */
    public void forEach(Reader reader) {
        for (int place = 0; place < size; place++) {
            String name = names[place];
            if (name != null) {
                reader.name(name, counts[bucketOf[place]], errors[place], seenNanos[place]);
            }
        }
    }

    // ---- places ----

    /** A new place, in the bucket for count 0. */
    private int add() {
        int place = size++;
        if (lowest == NONE || counts[lowest] != 0) {
            insertBucket(0, NONE, lowest);
        }
        join(place, lowest);
        return place;
    }

    /** The place of a name with the smallest count; the name is forgotten. */
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
            hash = (hash ^ name.charAt(i)) * 0x01000193; // FNV-1a with a secret start
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

    /** Removes a place from the table, and moves up later places that would become unreachable. */
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
