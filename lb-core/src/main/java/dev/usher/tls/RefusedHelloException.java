package dev.usher.tls;

/** First bytes that are not to be routed. Carries no stack trace: anyone on the network can cause one. */
final class RefusedHelloException extends Exception {
    private static final long serialVersionUID = 1L;

    private final HelloRefusal reason;
    private final String detail;

    RefusedHelloException(HelloRefusal reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
        this.detail = detail;
    }

    static RefusedHelloException malformed(String detail) {
        return new RefusedHelloException(HelloRefusal.MALFORMED, detail);
    }

    HelloResult.Refused result() {
        return new HelloResult.Refused(reason, detail);
    }
}
