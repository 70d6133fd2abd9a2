package dev.usher.relay;

import dev.usher.end.CloseReason;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One ended session, for the access log. Times are nanoseconds, {@link #UNKNOWN} where that stage was not reached.
 *
 * @param cid names the session, here and in the PROXY header to its backend; unique across restarts
 * @param listener its name
 * @param sni the name that was asked for, normalised; where it is none, what was sent, escaped and cut; null without one
 * @param alpn the protocols that were offered; null where no hello was read, as on a listener of type tcp
 * @param route the pattern that won, {@code default} or {@code no_sni}; null if none did
 * @param backend the last one tried
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
    /** A stage that was not reached. */
    public static final long UNKNOWN = -1;
}
