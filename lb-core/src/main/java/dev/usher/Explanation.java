package dev.usher;

import dev.usher.route.Decision;
import java.util.List;

/**
 * What becomes of a hello, and why.
 *
 * @param steps what was looked at, in order, in words
 */
public record Explanation(Decision decision, List<String> steps) {}
