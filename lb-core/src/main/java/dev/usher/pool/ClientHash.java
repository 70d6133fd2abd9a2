package dev.usher.pool;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
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
     * Places of every table, whatever the pool: a size that followed the number of backends or their weights would move
     * nearly everybody each time it changes. With 600 backends each still has a hundred places, so that shares are
     * within a percent of the weights; a table has a quarter of a mebibyte. A prime, since an order of all places needs
     * one.
     */
    private static final int PLACES = 65_521;

    private final Backend[] members;
    private final Backend[] table;

    /** @param members those that serve, in any order: a name's addresses come in another one each time */
    ClientHash(List<Weighted> members) {
        this.members = members.stream().map(Weighted::backend).toArray(Backend[]::new);
        this.table = members.isEmpty() ? new Backend[0] : fill(sorted(members));
    }

    private static List<Weighted> sorted(List<Weighted> members) {
        return members.stream()
                .sorted(Comparator.comparing(member -> member.backend().name()))
                .toList();
    }

    /**
     * The hash of a client. Only of its address: a client's ports change. By the JDK's own hash, which is the address itself
     * for IPv4 and a sum over it for IPv6, in every JVM: to get at the bytes would be to copy them.
     */
    static long hash(InetAddress client) {
        return mix(client.hashCode() ^ 0xcbf29ce484222325L);
    }

    @Override
    public @Nullable Backend pick(long clientHash, List<Backend> tried) {
        if (table.length == 0) {
            return null;
        }
        int at = (int) Long.remainderUnsigned(clientHash, table.length);
        if (Balancer.mayTake(table[at], tried)) {
            return table[at];
        }
        return anyMayTake(tried) ? pickBehind(at, tried) : null;
    }

    /** So that a pool in which nobody has room is not looked through place by place. */
    private boolean anyMayTake(List<Backend> tried) {
        for (Backend member : members) {
            if (Balancer.mayTake(member, tried)) {
                return true;
            }
        }
        return false;
    }

    private @Nullable Backend pickBehind(int first, List<Backend> tried) {
        int at = first;
        // A place further on is as good as any other, and the same for this client every time.
        for (int i = 0; i < table.length; i++) {
            if (Balancer.mayTake(table[at], tried)) {
                return table[at];
            }
            at = at + 1 == table.length ? 0 : at + 1;
        }
        return null;
    }

    private static Backend[] fill(List<Weighted> members) {
        int count = members.size();
        int largest = members.stream().mapToInt(Weighted::weight).max().orElseThrow();
        int[] offset = new int[count];
        int[] skip = new int[count];
        long[] next = new long[count];
        long[] credit = new long[count];
        for (int i = 0; i < count; i++) {
            byte[] name = members.get(i).backend().name().getBytes(StandardCharsets.US_ASCII);
            offset[i] = (int) Long.remainderUnsigned(mix(fnv(name, 0x9e3779b97f4a7c15L)), PLACES);
            skip[i] = (int) Long.remainderUnsigned(mix(fnv(name, 0xc2b2ae3d27d4eb4fL)), PLACES - 1) + 1;
        }
        Backend[] table = new Backend[PLACES];
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
                    place = (int) ((offset[i] + next[i]++ * skip[i]) % PLACES);
                } while (table[place] != null);
                table[place] = members.get(i).backend();
                if (++filled == PLACES) {
                    return table;
                }
            }
        }
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
