package dev.usher.http;

import org.jspecify.annotations.Nullable;

/** First bytes that must not be routed. Carries no stack trace: anyone on the network can cause this exception. */
final class RefusedHeadException extends Exception {
    private static final long serialVersionUID = 1L;

    private final HeadRefusal reason;
    private final String detail;
    private final @Nullable String name;

    private RefusedHeadException(HeadRefusal reason, String detail, @Nullable String name) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
        this.name = name;
    }

    RefusedHeadException(HeadRefusal reason, String detail) {
        this(reason, detail, null);
    }

    static RefusedHeadException malformed(String detail) {
        return new RefusedHeadException(HeadRefusal.MALFORMED, detail);
    }

    static RefusedHeadException ambiguous(String detail) {
        return new RefusedHeadException(HeadRefusal.AMBIGUOUS, detail);
    }

    /** @param name see {@link HeadResult.Refused#name} */
    static RefusedHeadException invalidName(String detail, String name) {
        return new RefusedHeadException(HeadRefusal.INVALID_NAME, detail, name);
    }

    HeadResult.Refused result() {
        return new HeadResult.Refused(reason, detail, name);
    }
}
