package dev.usher.view;

import dev.usher.pool.ByName;
import dev.usher.route.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The outcome for a hello, with the reasons.
 *
 * @param steps steps of the decision, in order, in words
 * @param elsewhere listeners with another outcome for the same hello, in words
 * @param candidates backends of the chosen pool, in the order of the file; empty if the hello is refused
 * @param lookup the last outcome for a backend that the client names; null if unknown, or the backends are known
 */
public record Explanation(
        Decision decision,
        List<String> steps,
        List<String> elsewhere,
        List<Candidate> candidates,
        ByName.@Nullable Outcome lookup) {
    public Explanation {
        steps = List.copyOf(steps);
        elsewhere = List.copyOf(elsewhere);
        candidates = List.copyOf(candidates);
    }
}
