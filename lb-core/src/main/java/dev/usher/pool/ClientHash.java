package dev.usher.pool;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The same client to the same backend, by Maglev's table (Eisenbud and others, NSDI 2016, section 3.4): each backend has
 * an own order of all places, and they take turns to claim their next free one. The table follows from names and weights
 * alone, so usher instances that see the same backends agree without a word, and losing one backend of n moves about 1/n
 * of the clients.
 */
final class ClientHash implements Balancer {
    /**
     * Places for each unit of weight, at least: shares are then within one percent of the weights, and few places move
     * that need not.
     */
    private static final int PLACES_PER_UNIT = 100;
    /** Primes, each near twice the one before: an order of all places needs a prime number of them. */
    private static final int[] SIZES = {1021, 2039, 4093, 8191, 16381, 32749, 65521, 131071};

    private final Backend[] table;

    /**
     * @param members those that serve
     * @param units the weights of all backends of the pool, those that do not serve too, over the smallest of them: the
     *     size of the table must not follow who is up, or each change would move everybody
     */
    ClientHash(List<Weighted> members, int units) {
        this.table = members.isEmpty() ? new Backend[0] : fill(members, size(units));
    }

    /** The hash of a client, from the bytes of its address. Only the address: a client's ports change. */
    static long hash(byte[] address) {
        return mix(fnv(address, 0xcbf29ce484222325L));
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (table.length == 0) {
            return null;
        }
        int at = (int) Long.remainderUnsigned(clientHash, table.length);
        // A place further on is as good as any other, and the same for this client every time.
        for (int i = 0; i < table.length; i++) {
            if (Balancer.mayTake(table[at], tried)) {
                return table[at];
            }
            at = at + 1 == table.length ? 0 : at + 1;
        }
        return null;
    }

    private static Backend[] fill(List<Weighted> members, int size) {
        int count = members.size();
        int largest = members.stream().mapToInt(Weighted::weight).max().orElseThrow();
        int[] offset = new int[count];
        int[] skip = new int[count];
        long[] next = new long[count];
        long[] credit = new long[count];
        for (int i = 0; i < count; i++) {
            byte[] name = members.get(i).backend().name().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            offset[i] = (int) Long.remainderUnsigned(mix(fnv(name, 0x9e3779b97f4a7c15L)), size);
            skip[i] = (int) Long.remainderUnsigned(mix(fnv(name, 0xc2b2ae3d27d4eb4fL)), size - 1) + 1;
        }
        Backend[] table = new Backend[size];
        int filled = 0;
        while (true) {
            for (int i = 0; i < count; i++) {
                credit[i] += members.get(i).weight();
                if (credit[i] < largest) {
                    continue; // a lighter backend sits out some rounds
                }
                credit[i] -= largest;
                int place;
                do {
                    place = (int) ((offset[i] + next[i]++ * skip[i]) % size);
                } while (table[place] != null);
                table[place] = members.get(i).backend();
                if (++filled == size) {
                    return table;
                }
            }
        }
    }

    private static int size(int units) {
        long wanted = (long) units * PLACES_PER_UNIT;
        return Arrays.stream(SIZES).filter(size -> size >= wanted).findFirst().orElse(SIZES[SIZES.length - 1]);
    }

    private static long fnv(byte[] bytes, long seed) {
        long hash = seed;
        for (byte b : bytes) {
            hash = (hash ^ (b & 255)) * 0x100000001b3L;
        }
        return hash;
    }

    /** Spreads the bits: FNV alone leaves those of the last byte close together. (The finalizer of SplitMix64.) */
    private static long mix(long hash) {
        long h = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
        return h ^ (h >>> 31);
    }
}
