package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.view.SessionIdentity;
import org.jspecify.annotations.Nullable;

/**
 * An ended session, for the access log. Times are nanoseconds, {@link #UNKNOWN} for a stage not reached.
 *
 * @param identity client, name, route, pool, backend
 * @param http the request and the status of its answer, on a listener of type http; null on any other, and before
 *     either is known
 * @param attempts backends tried
 * @param helloNanos from accept to the whole hello
 * @param connectNanos of the last attempt
 * @param firstByteNanos from connected to the backend's first byte
 * @param totalNanos from accept to now
 * @param bytesIn from the client, passed on
 * @param bytesOut to the client
 */
public record SessionEnd(
        SessionIdentity identity,
        @Nullable HttpExchange http,
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
