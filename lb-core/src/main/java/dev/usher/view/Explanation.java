package dev.usher.view;

import dev.usher.route.Decision;
import java.util.List;

/**
 * What becomes of a hello, and why.
 *
 * @param steps what was looked at, in order, in words
 * @param candidates the backends of the pool that serves it, in the order of the file; none where it is refused
 */
public record Explanation(Decision decision, List<String> steps, List<Candidate> candidates) {
    public Explanation {
        steps = List.copyOf(steps);
        candidates = List.copyOf(candidates);
    }
}
