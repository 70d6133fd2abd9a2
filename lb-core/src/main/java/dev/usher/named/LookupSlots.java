package dev.usher.named;

import dev.usher.config.ClientKey;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Places for look-ups under way, shared out so that a single client cannot fill the places. Any thread. */
final class LookupSlots {
    private final int total;
    private final int perClient;
    private final AtomicInteger taken = new AtomicInteger();
    /** Taken places of each client; no entry without a place. */
    private final ConcurrentHashMap<ByteBuffer, Integer> byClient = new ConcurrentHashMap<>();

    LookupSlots(int total, int perClient) {
        this.total = total;
        this.perClient = perClient;
    }

    /** Takes a place; false if no place is left for this client. */
    boolean take(InetAddress client) {
        if (taken.incrementAndGet() > total) {
            taken.decrementAndGet();
            return false;
        }
        if (byClient.merge(ClientKey.of(client.getAddress()), 1, Integer::sum) > perClient) {
            giveBack(client);
            return false;
        }
        return true;
    }

    void giveBack(InetAddress client) {
        byClient.computeIfPresent(ClientKey.of(client.getAddress()), (_, count) -> count == 1 ? null : count - 1);
        taken.decrementAndGet();
    }
}
