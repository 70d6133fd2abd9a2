package dev.usher.view;

import dev.usher.route.Decision;
import java.util.List;

/**
 * The outcome for a hello, with the reasons.
 *
 * @param steps steps of the decision, in order, in words
 * @param candidates backends of the chosen pool, in the order of the file; empty if the hello is refused
 */
public record Explanation(Decision decision, List<String> steps, List<Candidate> candidates) {
    public Explanation {
        steps = List.copyOf(steps);
        candidates = List.copyOf(candidates);
    }
}
