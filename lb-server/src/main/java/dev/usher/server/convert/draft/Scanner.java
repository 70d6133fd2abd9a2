package dev.usher.server.convert.draft;

/** A position in a peer's text, with line and column for messages. For the readers of files made of words. */
public abstract class Scanner {
    protected final PeerText file;
    protected final String text;
    protected int at;
    private int line = 1;
    private int lineStart;

    protected Scanner(PeerText file) {
        this.file = file;
        this.text = file.text();
    }

    /** Skips characters of {@code blanks}, and comments from # to the end of the line; false at the end of the file. */
    protected final boolean skip(String blanks) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (blanks.indexOf(c) >= 0) {
                next();
            } else {
                return true;
            }
        }
        return false;
    }

    protected final char next() {
        char c = text.charAt(at++);
        if (c == '\n') {
            line++;
            lineStart = at;
        }
        return c;
    }

    /** From 1. */
    protected final int line() {
        return line;
    }

    /** From 1. */
    protected final int column() {
        return at - lineStart + 1;
    }

    /** The rest of this line, as a statement. */
    protected final Statement statement() {
        return Statement.at(file.file(), line, column(), file.shown(lineStart));
    }

    protected final Unreadable fault(String reason) {
        return new Unreadable(statement(), reason);
    }
}
