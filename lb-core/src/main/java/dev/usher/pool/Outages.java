package dev.usher.pool;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The times when a backend was down or ejected. Written under the roster's lock; any thread reads. */
final class Outages {
    /**
     * The outages so far.
     *
     * @param endedNanos total length of earlier outages
     * @param sinceNanos begin of the outage under way, on the monotonic clock; null without an outage
     */
    private record Kept(
            long count, long endedNanos, @Nullable Long sinceNanos) {}

    private volatile Kept kept = new Kept(0, 0, null);

    /** Notes the present state. */
    void note(BackendState state, long nowNanos) {
        boolean out = state == BackendState.DOWN || state == BackendState.EJECTED;
        Kept before = kept;
        if (out && before.sinceNanos == null) {
            kept = new Kept(before.count + 1, before.endedNanos, nowNanos);
        } else if (!out && before.sinceNanos != null) {
            kept = new Kept(before.count, nanos(before, nowNanos), null);
        }
    }

    /** The number of outages, with the outage under way. */
    long count() {
        return kept.count;
    }

    /** The total length, with the outage under way. */
    Duration total(long nowNanos) {
        return Duration.ofNanos(nanos(kept, nowNanos));
    }

    private static long nanos(Kept kept, long nowNanos) {
        return kept.endedNanos + (kept.sinceNanos == null ? 0 : Math.max(0, nowNanos - kept.sinceNanos));
    }
}
