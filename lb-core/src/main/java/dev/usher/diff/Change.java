package dev.usher.diff;

/**
 * One difference between two configurations.
 *
 * @param text a line of its own, without the sign
 */
public record Change(Sign sign, Subject subject, String text) {
    /** Whether the subject comes, goes or becomes different. A name comes when it becomes reachable. */
    public enum Sign {
        ADDED('+'),
        REMOVED('-'),
        CHANGED('~');

        private final char character;

        Sign(char character) {
            this.character = character;
        }
    }

    /** The part of a configuration that differs. */
    public enum Subject {
        NAME,
        POOL,
        BACKEND,
        LISTENER,
        SETTING
    }

    /** As {@code + route www.example.com: becomes reachable, by pool web}. */
    @Override
    public String toString() {
        return sign.character + " " + text;
    }
}
