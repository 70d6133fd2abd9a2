package dev.usher.end;

import dev.usher.config.Spelling;
import dev.usher.route.Decision;
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
    MALFORMED_HELLO("PH", Refusal.MALFORMED),
    HELLO_TOO_LARGE("PH", Refusal.TOO_LARGE),
    /** A well-formed hello whose server name is not a host name. */
    INVALID_NAME("PH", Refusal.INVALID_NAME),
    NO_SNI("PH", Refusal.NO_NAME),
    UNKNOWN_NAME("PH", Refusal.UNKNOWN_NAME),
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
    DENIED("PH", Refusal.DENIED),

    /** The client is usher: a backend's address leads to one of its own listeners, and what was sent there came in again. */
    LOOP("PC", Refusal.UNAVAILABLE),
    /** No backend of the pool is available: down, full, unresolved, or all tried. */
    NO_BACKEND("SC", Refusal.UNAVAILABLE),
    CONNECT_REFUSED("SC", Refusal.UNAVAILABLE),
    CONNECT_TIMEOUT("sC", Refusal.UNAVAILABLE),
    /** The network said no in another way: no route, unreachable. */
    CONNECT_FAILED("SC", Refusal.UNAVAILABLE),
    /** No descriptor or local port was left for the backend side. Not the backend's fault. */
    OUT_OF_SOCKETS("RC", Refusal.UNAVAILABLE),
    /** The backend closed or reset before its first byte, and no other could take over. */
    BACKEND_CLOSED_EARLY("SD", Refusal.UNAVAILABLE),
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

    private final String endCode;
    private final Ending ending;
    private final @Nullable Refusal refusal;
    private final String word;

    CloseReason(String endCode, Ending ending) {
        this(endCode, ending, null);
    }

    CloseReason(String endCode, Refusal refusal) {
        this(endCode, Ending.REFUSAL, refusal);
    }

    CloseReason(String endCode, Ending ending, @Nullable Refusal refusal) {
        this.endCode = endCode;
        this.ending = ending;
        this.refusal = refusal;
        this.word = Spelling.snake(this);
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

    /** The kind of refusal that the client is told; null exactly unless {@link #ending} is {@link Ending#REFUSAL}. */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    /** What both sides see of it. */
    public Ending ending() {
        return ending;
    }
}
