package dev.usher.server.convert.draft;

import java.nio.file.Path;

/**
 * A statement of a peer's file, for messages.
 *
 * @param line from 1
 * @param column from 1
 * @param lastLine last line of a section; otherwise the same as {@code line}
 */
public record Statement(Path file, int line, int column, int lastLine, String text) {
    /** A longer text would not fit on a line of a message. */
    private static final int MAX_TEXT = 80;

    public Statement {
        text = text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT - 3) + "...";
    }

    /** A statement in a single line. */
    public static Statement at(Path file, int line, int column, String text) {
        return new Statement(file, line, column, line, text);
    }

    /** For example {@code haproxy.cfg:3:5}, for a section {@code haproxy.cfg:3-9}. */
    public String place() {
        return file + ":" + line + (lastLine > line ? "-" + lastLine : ":" + column);
    }

    /** The name of the file and the line alone. */
    String shortPlace() {
        return file.getFileName() + ":" + line + (lastLine > line ? "-" + lastLine : "");
    }
}
