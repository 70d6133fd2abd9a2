package dev.usher.server.sources;

import dev.usher.config.SourceConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a source in force, and an answer that waits: without names, or without more than half of the names
 * before. A loss of data in the source looks the same as the end of many backends.
 *
 * <pre>
 *   HOLDS --answer with enough of the names--> HOLDS
 *     |  ^
 *     |  +--the same for `confirm`, an operator, `allow_empty`, an answer with enough of the names--+
 *     +--answer that lost too much--> WAITS --------------------------------------------------------+
 * </pre>
 */
final class Standing {
    private @Nullable Held held;
    private @Nullable Waiting waiting;

    /**
     * An answer that does not hold yet.
     *
     * @param since time of the first arrival
     * @param text the loss, in words
     */
    record Waiting(Offer offer, Instant since, String text) {}

    Standing(@Nullable Held held) {
        this.held = held;
    }

    synchronized @Nullable Held held() {
        return held;
    }

    synchronized @Nullable Waiting waiting() {
        return waiting;
    }

    /** Takes an answer; true after a change of the answer in force. */
    synchronized boolean take(Offer offer, SourceConfig rules, Instant now) {
        String lost = rules.allowEmpty() ? null : lost(offer);
        if (lost == null) {
            return hold(offer, now);
        }
        Waiting before = waiting;
        if (before == null || !before.offer().equals(offer)) {
            waiting = new Waiting(offer, now, lost);
            return false;
        }
        Duration confirm = rules.confirm();
        boolean confirmed =
                confirm != null && Duration.between(before.since(), now).compareTo(confirm) >= 0;
        return confirmed && hold(offer, now);
    }

    /** Makes the waiting answer hold; false without a waiting answer. */
    synchronized boolean confirm(Instant now) {
        Waiting confirmed = waiting;
        return confirmed != null && hold(confirmed.offer(), now);
    }

    private boolean hold(Offer offer, Instant now) {
        Held before = held;
        waiting = null;
        held = Held.after(before, offer, now);
        return before == null || !before.offer().equals(offer);
    }

    /** The loss of the answer in words, if too much; else null. */
    private @Nullable String lost(Offer offer) {
        if (held == null || held.offer().isEmpty()) {
            return null;
        }
        Set<String> gone = new HashSet<>(held.offer().names());
        int before = gone.size();
        gone.removeAll(offer.names());
        if (offer.isEmpty()) {
            return "the answer has no name, and " + before + " before";
        }
        return 2 * gone.size() > before ? "the answer has lost " + gone.size() + " of " + before + " names" : null;
    }
}
