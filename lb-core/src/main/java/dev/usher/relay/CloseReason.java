package dev.usher.relay;

import dev.usher.route.Decision;
import dev.usher.tls.Alert;
import org.jspecify.annotations.Nullable;

/**
 * Why a session ended. The access log's words, the counters and what the two sides get to see all come from here.
 *
 * <p>The end code is HAProxy's: who ended it ({@code C} client, {@code S} backend, {@code P} policy of ours, {@code R}
 * resources, {@code K} killed, {@code D} backend down or gone, {@code I}
 * internal, lower case for time-outs, {@code -} nobody) and when ({@code H}
 * awaiting the hello, {@code C} connecting, {@code D} data, {@code L} last data, {@code -} done).
 */
public enum CloseReason {
    /**
     * Both sides sent their FIN, and all bytes were passed on; or the backend did, and then reset what the client still
     * said: most TLS clients end with a close_notify that a server which has closed does not wait for.
     */
    COMPLETED("--", Ending.FIN_IF_WHOLE),

    /** The client closed or reset before its hello was whole; port scans and TCP health checks end like this. */
    CLIENT_GONE_BEFORE_HELLO("CH", Ending.CLOSE),
    HELLO_TIMEOUT("cH", Ending.CLOSE),
    NOT_TLS("PH", Ending.CLOSE),
    MALFORMED_HELLO("PH", Alert.DECODE_ERROR),
    HELLO_TOO_LARGE("PH", Alert.DECODE_ERROR),
    /** A well-formed hello whose server name is not a host name. */
    INVALID_NAME("PH", Alert.ILLEGAL_PARAMETER),
    NO_SNI("PH", Alert.MISSING_EXTENSION),
    UNKNOWN_NAME("PH", Alert.UNRECOGNIZED_NAME),
    /** As {@link #NO_SNI}, where {@code no_sni_route} is {@code close}. */
    NO_SNI_CLOSED("PH", Ending.CLOSE),
    /** As {@link #UNKNOWN_NAME}, where {@code default_route} is {@code close}. */
    UNKNOWN_NAME_CLOSED("PH", Ending.CLOSE),
    /** The listener takes connections of trusted proxies only, and the peer is none. */
    PROXY_NOT_TRUSTED("PH", Ending.RESET),
    /** A trusted proxy's header is malformed, cut short, too long, late, or of a version that is not accepted. */
    PROXY_HEADER("PH", Ending.RESET),
    /** The client has as many connections open as {@code per_client_ip} lets it have. */
    CLIENT_CONNECTIONS("PH", Ending.RESET),
    /** The client opens connections faster than {@code per_client_ip} lets it. */
    CLIENT_RATE("PH", Ending.RESET),
    /** The route's {@code allow} and {@code deny} are against the client. */
    DENIED("PH", Alert.ACCESS_DENIED),

    /** The client is usher: a backend's address leads to one of its own listeners, and what was sent there came in again. */
    LOOP("PC", Alert.INTERNAL_ERROR),
    /** No backend of the pool is available: down, full, unresolved, or all tried. */
    NO_BACKEND("SC", Alert.INTERNAL_ERROR),
    CONNECT_REFUSED("SC", Alert.INTERNAL_ERROR),
    CONNECT_TIMEOUT("sC", Alert.INTERNAL_ERROR),
    /** The network said no in another way: no route, unreachable. */
    CONNECT_FAILED("SC", Alert.INTERNAL_ERROR),
    /** No descriptor or local port was left for the backend side. Not the backend's fault. */
    OUT_OF_SOCKETS("RC", Alert.INTERNAL_ERROR),
    /** The backend closed or reset before its first byte, and no other could take over. */
    BACKEND_CLOSED_EARLY("SD", Alert.INTERNAL_ERROR),
    /** The backend took the connection and sent nothing until the idle time-out. */
    BACKEND_SILENT("sD", Ending.FIN_IF_WHOLE),

    CLIENT_RESET("CD", Ending.RESET),
    BACKEND_RESET("SD", Ending.RESET),
    IDLE_TIMEOUT("cD", Ending.FIN_IF_WHOLE),
    HALF_CLOSED_TIMEOUT("cL", Ending.FIN_IF_WHOLE),
    MAX_LIFETIME("PD", Ending.FIN_IF_WHOLE),

    /** Hellos that are not whole had their share of the kept bytes, and this one had the worst claim to its part. */
    HELLO_EVICTED("RH", Ending.RESET),
    /** The worker's budget for kept bytes was spent. */
    OUT_OF_BUFFERS("RD", Ending.RESET),
    /** It was still open when the time to drain was over. */
    SHUTDOWN("KD", Ending.FIN_IF_WHOLE),
    /** Its backend was taken from the configuration, and {@code on_removed_backend} is {@code close}. */
    BACKEND_REMOVED("DD", Ending.FIN_IF_WHOLE),
    /** Its backend went down, and {@code on_down} is {@code close}. */
    BACKEND_DOWN("DD", Ending.FIN_IF_WHOLE),
    /** Somebody closed it through the admin side. */
    KILLED("KD", Ending.RESET),
    /** A fault in usher, which the log has with its stack. */
    BUG("ID", Ending.RESET);

    /** What the two sides see. */
    enum Ending {
        /** A FIN, before a byte was passed on; whatever was not read is lost, as it must be. */
        CLOSE,
        /** An alert and a FIN, and a short wait for the client to read them. The backend side is closed. */
        ALERT,
        /**
         * Each side by what it has: a FIN if the other side's FIN came and all bytes before it were passed on, else a RST.
         * A protocol that ends by a FIN would take a part for the whole. A RST to a side that has the whole could destroy
         * what is still on its way to it.
         */
        FIN_IF_WHOLE,
        /** A RST to both: one broke off, bytes were lost, or nothing more is to be delivered. */
        RESET
    }

    private final String endCode;
    private final Ending ending;
    private final @Nullable Alert alert;
    private final String word;

    CloseReason(String endCode, Ending ending) {
        this(endCode, ending, null);
    }

    CloseReason(String endCode, Alert alert) {
        this(endCode, Ending.ALERT, alert);
    }

    CloseReason(String endCode, Ending ending, @Nullable Alert alert) {
        this.endCode = endCode;
        this.ending = ending;
        this.alert = alert;
        this.word = name().toLowerCase(java.util.Locale.ROOT);
    }

    /** What a session ends with whose hello is not served. */
    public static CloseReason of(Decision.Refusal refusal) {
        return switch (refusal) {
            case NO_SNI -> NO_SNI;
            case NO_SNI_SILENT -> NO_SNI_CLOSED;
            case UNKNOWN_NAME -> UNKNOWN_NAME;
            case UNKNOWN_NAME_SILENT -> UNKNOWN_NAME_CLOSED;
            case DENIED -> DENIED;
        };
    }

    /** HAProxy's two letters. */
    public String endCode() {
        return endCode;
    }

    /** The reason in one word, as logs and metrics have it: the constant in snake_case. */
    public String word() {
        return word;
    }

    /** The alert that a TLS client gets; null exactly unless it gets one. */
    public @Nullable Alert alert() {
        return alert;
    }

    Ending ending() {
        return ending;
    }
}
