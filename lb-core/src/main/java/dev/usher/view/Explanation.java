package dev.usher.view;

import dev.usher.route.Decision;
import java.util.List;

/**
 * The outcome for a hello, with the reasons.
 *
 * @param steps steps of the decision, in order, in words
 * @param elsewhere listeners with another outcome for the same hello, in words
 * @param candidates backends of the chosen pool, in the order of the file; empty if the hello is refused
 */
public record Explanation(Decision decision, List<String> steps, List<String> elsewhere, List<Candidate> candidates) {
    public Explanation {
        steps = List.copyOf(steps);
        elsewhere = List.copyOf(elsewhere);
        candidates = List.copyOf(candidates);
    }
}
