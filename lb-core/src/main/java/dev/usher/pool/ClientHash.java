package dev.usher.pool;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Same client, same backend, by Maglev's table (Eisenbud and others, NSDI 2016, section 3.4): each backend orders all
 * places in its own way, and the backends take turns to claim their next free place. The table depends on names and
 * weights alone, so usher instances with the same backends agree without talking, and the loss of one backend of n
 * moves about 1/n of the clients.
 */
final class ClientHash implements Balancer {
    /**
     * Places in every table, whatever the pool. If the size followed the number of backends or the weights, each change
     * would move nearly every client. With 600 backends, each still has a hundred places, so shares are within a
     * percent of the weights; a table takes a quarter of a mebibyte. Must be prime, so that each order covers all
     * places.
     */
    private static final int PLACES = 65_521;

    private final Backend[] members;
    private final Backend[] table;

    /** @param members the serving backends, in any order: DNS returns a name's addresses in changing order */
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
     * The hash of a client's address; ports would differ between connections. Based on the JDK's {@code hashCode},
     * which in every JVM is the address itself for IPv4 and a sum over its bytes for IPv6; reading the bytes would
     * allocate a copy.
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

    /** Saves searching the whole table in a pool where no backend has room. */
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
        // Any later place will do, and the same place is found for this client every time.
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
                    continue; // a lighter backend skips some rounds
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

    /**
     * Spreads the bits, since FNV alone leaves inputs close together if only their last bytes differ. (SplitMix64's
     * finalizer.)
     */
    private static long mix(long hash) {
        long h = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        h = (h ^ (h >>> 27)) * 0x94d049bb133111ebL;
        return h ^ (h >>> 31);
    }
}
