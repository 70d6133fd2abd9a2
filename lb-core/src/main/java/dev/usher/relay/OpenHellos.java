package dev.usher.relay;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The hellos of open sessions whose clients name the backend, kept to find a loop that no address shows: a name may lead
 * over other machines, or over a rewritten address, back to usher. A hello is passed on byte for byte, and has a random
 * of 32 bytes; so a session with the hello of two open sessions is the third lap. Two sessions are no loop yet: usher may
 * stand behind usher.
 *
 * <p>Shared by the workers. At most as many entries as open sessions.
 */
public final class OpenHellos {
    private static final int MOST = 2;

    private final Map<Long, Integer> open = new ConcurrentHashMap<>();

    /**
     * Adds a session.
     *
     * @param mark of the session's hello; the caller calls {@link #leave} at the end, whatever the answer
     * @return false for a session too many
     */
    boolean enter(long mark) {
        return open.merge(mark, 1, Integer::sum) <= MOST;
    }

    void leave(long mark) {
        open.computeIfPresent(mark, (_, sessions) -> sessions == 1 ? null : sessions - 1);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }
}
