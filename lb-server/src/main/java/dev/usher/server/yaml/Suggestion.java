package dev.usher.server.yaml;

import java.util.Collection;
import java.util.Optional;

/** "Did you mean": the nearest of the valid words. */
public final class Suggestion {
    /** From this length on, the beginning of a word counts as the word. */
    private static final int MIN_PREFIX = 3;

    /**
     * Length of the longest host name. A longer text was not mistyped, and comparing takes the square of the length.
     */
    private static final int MAX_LENGTH = 253;

    private Suggestion() {}

    /**
     * The candidate nearest to {@code written}, if near enough; between equals, the candidate with the longer common
     * prefix.
     */
    static Optional<String> of(String written, Collection<String> candidates) {
        int limit = limit(written);
        String best = null;
        int bestDistance = limit + 1;
        for (String candidate : candidates) {
            int distance = farness(written, candidate, limit);
            boolean nearer = distance < bestDistance
                    || (best != null
                            && distance == bestDistance
                            && commonPrefix(written, candidate) > commonPrefix(written, best));
            if (nearer) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Like {@link #of}, if no other candidate is as near. */
    static Optional<String> clear(String written, Collection<String> candidates) {
        int limit = limit(written);
        return of(written, candidates)
                .filter(best -> candidates.stream()
                        .filter(other -> !other.equals(best))
                        .noneMatch(other -> farness(written, other, limit) <= farness(written, best, limit)));
    }

    /** Up to a third of the characters may be wrong, at least one. */
    private static int limit(String written) {
        return Math.max(1, written.length() / 3);
    }

    /** Distance of two words; any result above the limit only means too far. */
    private static int farness(String written, String candidate, int limit) {
        boolean begun = written.length() >= MIN_PREFIX && candidate.startsWith(written);
        boolean near = Math.abs(written.length() - candidate.length()) <= limit
                && Math.max(written.length(), candidate.length()) <= MAX_LENGTH;
        int distance = near ? distance(written, candidate) : limit + 1;
        return begun ? Math.min(limit, distance) : distance;
    }

    /** For example {@code ; did you mean "web"?}; empty without a suggestion. */
    public static String text(String written, Collection<String> candidates) {
        return of(written, candidates)
                .map(word -> "; did you mean \"" + word + "\"?")
                .orElse("");
    }

    /** Damerau-Levenshtein, each place of a word changed at most once: insert, delete, replace, swap two neighbours. */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                d[i][j] = i == 0 || j == 0 ? i + j : nearest(a, b, i, j, d);
            }
        }
        return d[a.length()][b.length()];
    }

    private static int nearest(String a, String b, int i, int j, int[][] d) {
        int replace = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int best = Math.min(replace, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
    }

    private static int commonPrefix(String a, String b) {
        int length = 0;
        while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
            length++;
        }
        return length;
    }
}
