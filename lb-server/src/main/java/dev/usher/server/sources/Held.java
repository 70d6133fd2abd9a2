package dev.usher.server.sources;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last good answer of a source.
 *
 * @param since the time of the first answer with each name, by the name's spelling for comparisons
 * @param at the time of the answer
 */
record Held(Offer offer, Map<String, Instant> since, Instant at) {
    Held {
        since = Map.copyOf(since);
    }

    /** The next answer: a known name keeps the earlier time, and so the precedence. */
    static Held after(@Nullable Held before, Offer offer, Instant now) {
        Map<String, Instant> since = new LinkedHashMap<>();
        for (String name : offer.names()) {
            Instant known = before == null ? null : before.since().get(name);
            since.put(name, known == null ? now : known);
        }
        return new Held(offer, since, now);
    }

    Instant since(Offer.Claim claim) {
        return since.getOrDefault(claim.pattern().canonical(), at);
    }
}
