package dev.usher.tls;

import org.jspecify.annotations.Nullable;

/** First bytes that must not be routed. Carries no stack trace: anyone on the network can cause this exception. */
final class RefusedHelloException extends Exception {
    private static final long serialVersionUID = 1L;

    private final HelloRefusal reason;
    private final String detail;
    private final @Nullable String name;

    RefusedHelloException(HelloRefusal reason, String detail) {
        this(reason, detail, null);
    }

    private RefusedHelloException(HelloRefusal reason, String detail, @Nullable String name) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
        this.name = name;
    }

    /** @param name see {@link HelloResult.Refused#name} */
    static RefusedHelloException invalidName(String detail, String name) {
        return new RefusedHelloException(HelloRefusal.INVALID_NAME, detail, name);
    }

    static RefusedHelloException malformed(String detail) {
        return new RefusedHelloException(HelloRefusal.MALFORMED, detail);
    }

    HelloResult.Refused result() {
        return new HelloResult.Refused(reason, detail, name);
    }
}
