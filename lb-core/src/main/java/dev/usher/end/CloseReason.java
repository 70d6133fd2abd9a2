package dev.usher.end;

import dev.usher.config.Spelling;
import dev.usher.pool.ByName;
import dev.usher.route.Decision;
import org.jspecify.annotations.Nullable;

/**
 * Reasons for the end of a session: the source of the access log's words, of the counters, and of the ending visible to
 * both sides.
 *
 * <p>The end code is HAProxy's: the author of the end ({@code C} client, {@code S} backend, {@code P} policy of ours,
 * {@code L} usher itself, which has answered, {@code R} resources, {@code K} killed, {@code D} backend down or gone,
 * {@code I} internal, lower case for time-outs, {@code -} no author) and the time ({@code H} awaiting the opening,
 * {@code C} connecting, {@code D} data, {@code L} last data, {@code -} done).
 */
public enum CloseReason {
    /**
     * Both sides sent a FIN, and every byte was passed on. Or the backend sent a FIN, then reset the client's last
     * bytes: most TLS clients end with a close_notify that a closed server does not wait for.
     */
    COMPLETED("--", Ending.FIN_IF_WHOLE),
    /** An HTTP client was sent to https, as the route says. */
    REDIRECTED("LH", Refusal.REDIRECT),

    /**
     * The client closed or reset before a whole opening; port scans and TCP health checks end like this. The word says
     * "hello" for every opening, since programs read the words of reasons.
     */
    CLIENT_GONE_BEFORE_HELLO("CH", Ending.CLOSE),
    HELLO_TIMEOUT("cH", Ending.CLOSE),
    NOT_TLS("PH", Ending.CLOSE),
    /** An HTTP request where TLS is expected. */
    HTTP_ON_TLS("PH", Refusal.OTHER_PROTOCOL),
    /** A Postgres client sent bytes behind a request, before the answer. */
    POSTGRES_EARLY_BYTES("PH", Ending.CLOSE),
    /** A request to cancel a query of Postgres, and no pool for such requests. */
    POSTGRES_CANCEL("PH", Ending.CLOSE),
    /** A Postgres client that does not ask for TLS. */
    POSTGRES_WITHOUT_TLS("PH", Refusal.OTHER_PROTOCOL),
    /** A TLS record where HTTP is expected. */
    TLS_ON_HTTP("PH", Refusal.OTHER_PROTOCOL),
    /** Neither HTTP/1 nor TLS, where HTTP is expected. */
    NOT_HTTP("PH", Refusal.MALFORMED),
    /** An HTTP request with a fault of syntax, or a request for a forward proxy. */
    MALFORMED_REQUEST("PH", Refusal.MALFORMED),
    /** An HTTP request that two readers could understand differently: smuggling, or a client that is badly broken. */
    AMBIGUOUS_REQUEST("PH", Refusal.MALFORMED),
    /** The head of an HTTP request has more bytes than the limit. */
    REQUEST_TOO_LARGE("PH", Refusal.TOO_LARGE),
    /** The body of an HTTP request breaks its framing, or comes where none may come. */
    MALFORMED_BODY("PD", Refusal.MALFORMED),
    MALFORMED_HELLO("PH", Refusal.MALFORMED),
    HELLO_TOO_LARGE("PH", Refusal.TOO_LARGE),
    /** A well-formed hello whose server name is not a host name. */
    INVALID_NAME("PH", Refusal.INVALID_NAME),
    NO_SNI("PH", Refusal.NO_NAME),
    UNKNOWN_NAME("PH", Refusal.UNKNOWN_NAME),
    /** Like {@link #NO_SNI}, with {@code no_sni_route: close}. */
    NO_SNI_CLOSED("PH", Ending.CLOSE),
    /** Like {@link #UNKNOWN_NAME}, with {@code default_route: close}. */
    UNKNOWN_NAME_CLOSED("PH", Ending.CLOSE),
    /** The listener accepts trusted proxies only, and the peer is not trusted. */
    PROXY_NOT_TRUSTED("PH", Ending.RESET),
    /** A trusted proxy's header is malformed, cut short, too long, late, or of a version not accepted. */
    PROXY_HEADER("PH", Ending.RESET),
    /** The client has reached the {@code per_client_ip} limit of open connections. */
    CLIENT_CONNECTIONS("PH", Ending.RESET),
    /** The client opens connections faster than {@code per_client_ip} allows. */
    CLIENT_RATE("PH", Ending.RESET),
    /** The client asks for a port that the route does not list. */
    PORT_DENIED("PH", Refusal.DENIED),
    /** The client asks a forward proxy for a page without TLS, and the route lets no such request pass. */
    PLAIN_DENIED("PH", Refusal.NO_PLAIN),
    /** The first bytes are no SOCKS. */
    NOT_SOCKS("PH", Refusal.OTHER_PROTOCOL),
    /** A SOCKS message with a fault. */
    MALFORMED_SOCKS("PH", Refusal.MALFORMED),
    /** The client offers no way of login known to the listener. */
    AUTH_METHOD("PH", Refusal.UNIDENTIFIED),
    /** The client's user is unknown, or the password is wrong. */
    AUTH_FAILED("PH", Refusal.UNIDENTIFIED),
    /** The client's address has sent too many wrong passwords, and is not heard for a while. */
    AUTH_THROTTLED("PH", Refusal.TOO_OFTEN),
    /** Too many passwords wait for their check. */
    AUTH_OVERLOADED("RH", Refusal.EXHAUSTED),
    /** A SOCKS client asks for another command than a connection, or for an unknown kind of address. */
    SOCKS_COMMAND("PH", Refusal.COMMAND),
    /** The client's hello is for another host than the host that the client asked for. */
    SNI_MISMATCH("PC", Refusal.UNKNOWN_NAME),
    /** The {@code allow} of the listener, or the route's {@code allow} and {@code deny} are against the client. */
    DENIED("PH", Refusal.DENIED),

    /**
     * The client is usher itself: a backend's address leads to a listener of the same process, or a name leads back over
     * other machines.
     */
    LOOP("PC", Refusal.EXHAUSTED),
    /** The client names the backend, and the name does not exist or has no address. */
    NAME_NOT_FOUND("SC", Refusal.NO_SUCH_HOST),
    /** The client names the backend, and the name server failed, or did not answer in time. */
    NAME_LOOKUP_FAILED("sC", Refusal.UNAVAILABLE),
    /** The client names the backend, and too many look-ups are under way, in all or by this client. */
    NAME_LOOKUPS_FULL("RC", Refusal.UNAVAILABLE),
    /** The client names the backend, and may be led to none of the addresses. */
    ADDRESS_REFUSED("PC", Refusal.DENIED),
    /** No backend of the pool is available: down, full, unresolved, or already tried. */
    NO_BACKEND("SC", Refusal.UNAVAILABLE),
    CONNECT_REFUSED("SC", Refusal.REFUSING_BACKEND),
    CONNECT_TIMEOUT("sC", Refusal.LATE_BACKEND),
    /** The network refused in another way: no route, unreachable. */
    CONNECT_FAILED("SC", Refusal.BAD_BACKEND),
    /** No descriptor, local port or memory was left for the backend side. Not the backend's fault. */
    OUT_OF_SOCKETS("RC", Refusal.EXHAUSTED),
    /** The backend closed or reset before the first byte, and no other backend could take over. */
    BACKEND_CLOSED_EARLY("SD", Refusal.BAD_BACKEND),
    /** The backend took the connection and sent nothing until the idle time-out. */
    BACKEND_SILENT("sD", Refusal.LATE_BACKEND),

    CLIENT_RESET("CD", Ending.RESET),
    BACKEND_RESET("SD", Ending.RESET),
    IDLE_TIMEOUT("cD", Ending.FIN_IF_WHOLE),
    HALF_CLOSED_TIMEOUT("cL", Ending.FIN_IF_WHOLE),
    MAX_LIFETIME("PD", Ending.FIN_IF_WHOLE),

    /** Unfinished openings had used up their share of buffers, and this opening was the first to evict. */
    HELLO_EVICTED("RH", Ending.RESET),
    /** The worker's budget for kept bytes was spent. */
    OUT_OF_BUFFERS("RD", Ending.RESET),
    /** The session was still open at the end of the drain time. */
    SHUTDOWN("KD", Ending.FIN_IF_WHOLE),
    /** The backend was removed from the configuration, with {@code on_removed_backend: close}. */
    BACKEND_REMOVED("DD", Ending.FIN_IF_WHOLE),
    /** The backend went down, with {@code on_down: close}. */
    BACKEND_DOWN("DD", Ending.FIN_IF_WHOLE),
    /** An administrator closed the session through the admin side. */
    KILLED("KD", Ending.RESET),
    /** A fault in usher, logged with its stack. */
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

    /** The reason for a hello refused by routing. */
    public static CloseReason of(Decision.Refusal refusal) {
        return switch (refusal) {
            case NO_SNI -> NO_SNI;
            case NO_SNI_SILENT -> NO_SNI_CLOSED;
            case UNKNOWN_NAME -> UNKNOWN_NAME;
            case UNKNOWN_NAME_SILENT -> UNKNOWN_NAME_CLOSED;
            case DENIED -> DENIED;
            case PORT -> PORT_DENIED;
            case NO_PLAIN -> PLAIN_DENIED;
            case REDIRECT -> REDIRECTED;
        };
    }

    /** The reason for a client whose backend is not found; null if found. */
    public static @Nullable CloseReason of(ByName.Outcome outcome) {
        return switch (outcome) {
            case FOUND -> null;
            case NO_SUCH_NAME -> NAME_NOT_FOUND;
            case LOOKUP_FAILED -> NAME_LOOKUP_FAILED;
            case LOOKUPS_FULL -> NAME_LOOKUPS_FULL;
            case ADDRESS_REFUSED -> ADDRESS_REFUSED;
        };
    }

    /** Whether the client got everything that the configuration has for the client. */
    public boolean isFine() {
        return this == COMPLETED || this == REDIRECTED;
    }

    /** {@link #isFine}, by the word. */
    public static boolean isFine(String word) {
        return word.equals(COMPLETED.word) || word.equals(REDIRECTED.word);
    }

    /** HAProxy's two letters. */
    public String endCode() {
        return endCode;
    }

    /** The reason as a word for logs and metrics: the constant in snake_case. */
    public String word() {
        return word;
    }

    /** The kind of refusal for the client; null exactly unless {@link #ending} is {@link Ending#REFUSAL}. */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    /** The ending visible to both sides. */
    public Ending ending() {
        return ending;
    }
}
