package dev.usher.server.convert.draft;

import dev.usher.config.Printable;

/** A word about a statement: the reason why usher's YAML has no equal of the statement. */
public record Remark(Kind kind, Statement statement, String reason) {
    /** The weight of a remark, the heaviest first. */
    public enum Kind {
        /** The file cannot be read, or breaks the peer's own rules. */
        FAULT("error", "Errors:"),
        /** Connections are treated otherwise than before, or no longer. */
        LEFT_OUT("left out", "Left out. usher convert has not taken over the following:"),
        /** The nearest setting of usher is near, and not the same. */
        CHANGED("changed", "Changed. usher's setting is near, and not the same:"),
        /** No equal is needed. */
        NOT_NEEDED("not needed", "Not needed in usher's file:");

        private final String word;
        private final String title;

        Kind(String word, String title) {
            this.word = word;
            this.title = title;
        }

        public String word() {
            return word;
        }

        /** Heading of a list of such remarks. */
        public String title() {
            return title;
        }
    }

    /** The remark in a single line, safe to print. */
    public String line() {
        return Printable.of(statement.place() + ": " + kind.word() + ": " + statement.text() + ": " + reason);
    }

    /** The same without the kind, and without the directory of the file. */
    public String text() {
        return Printable.of(statement.shortPlace() + ": " + statement.text() + ": " + reason);
    }
}
