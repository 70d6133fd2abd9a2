package dev.usher.server.convert.draft;

/** A fault in a peer's file, by the peer's own rules. */
public final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final transient Statement statement;

    public Unreadable(Statement statement, String reason) {
        super(reason, null, false, false);
        this.statement = statement;
    }

    public Statement statement() {
        return statement;
    }
}
