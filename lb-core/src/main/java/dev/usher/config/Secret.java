package dev.usher.config;

/**
 * A text for use alone, never shown.
 *
 * @param text for use alone; must not be logged
 */
public record Secret(String text) {
    private static final String MASKED = "***";

    public Secret {
        Check.notBlank(text, "a secret");
        Check.that(text.chars().allMatch(c -> c > ' ' && c < 127), "a secret has visible ASCII characters alone");
    }

    /** Asterisks, whatever the text. */
    @Override
    public String toString() {
        return MASKED;
    }
}
