package dev.usher.resolve;

/** A look-up without an address. */
public final class LookupException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean noSuchName;

    private LookupException(String text, boolean noSuchName) {
        super(text);
        this.noSuchName = noSuchName;
    }

    /** The name does not exist, or has no address. */
    public static LookupException noSuchName(String text) {
        return new LookupException(text, true);
    }

    /** No answer, or an answer of failure. */
    public static LookupException failed(String text) {
        return new LookupException(text, false);
    }

    /** Whether an answer says that there is no address; false without an answer. */
    public boolean isNoSuchName() {
        return noSuchName;
    }
}
