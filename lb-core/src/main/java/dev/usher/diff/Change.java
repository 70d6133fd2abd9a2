package dev.usher.diff;

/**
 * A difference between two configurations.
 *
 * @param text a single line, without the sign
 */
public record Change(Sign sign, Subject subject, String text) {
    /** Whether the subject comes, goes or changes. A name comes by becoming reachable. */
    public enum Sign {
        ADDED('+'),
        REMOVED('-'),
        CHANGED('~');

        private final char character;

        Sign(char character) {
            this.character = character;
        }
    }

    /** The kind of part with a difference. */
    public enum Subject {
        NAME,
        POOL,
        BACKEND,
        LISTENER,
        SETTING
    }

    /** The line for people, such as {@code + route www.example.com: becomes reachable, by pool web}. */
    @Override
    public String toString() {
        return sign.character + " " + text;
    }
}
