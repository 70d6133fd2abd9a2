package dev.usher.relay;

import dev.usher.end.CloseReason;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An ended session, for the access log. Times are nanoseconds, {@link #UNKNOWN} for a stage not reached.
 *
 * @param cid the session's name, here and in the PROXY header to its backend; unique across restarts
 * @param listener the listener's name
 * @param sni the requested name, normalised; an invalid name as sent, escaped and cut; null without a name
 * @param alpn the protocols offered; null without a whole hello, as on a listener of type tcp
 * @param route the winning pattern, {@code default} or {@code no_sni}; null without a route
 * @param backend the backend tried last
 * @param attempts backends tried
 * @param helloNanos from accept to the whole hello
 * @param connectNanos of the last attempt
 * @param firstByteNanos from connected to the backend's first byte
 * @param totalNanos from accept to now
 * @param bytesIn from the client, passed on
 * @param bytesOut to the client
 */
public record SessionEnd(
        String cid,
        String listener,
        InetSocketAddress client,
        @Nullable String sni,
        @Nullable List<String> alpn,
        @Nullable String route,
        @Nullable String pool,
        @Nullable String backend,
        int attempts,
        CloseReason reason,
        long helloNanos,
        long connectNanos,
        long firstByteNanos,
        long totalNanos,
        long bytesIn,
        long bytesOut) {
    /** The time of a stage not reached. */
    public static final long UNKNOWN = -1;
}
