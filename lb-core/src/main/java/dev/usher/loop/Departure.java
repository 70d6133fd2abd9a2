package dev.usher.loop;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The local end of connections to backends.
 *
 * @param source the local address; null lets the system choose, and is the only choice for a unix socket
 * @param foreign whether {@code source} is the address of another machine
 * @param userTimeoutMillis the longest wait for an acknowledgement; 0 leaves it to the system
 */
public record Departure(@Nullable InetSocketAddress source, boolean foreign, int userTimeoutMillis) {
    /** Everything as the system has it. */
    public static final Departure USUAL = new Departure(null, false, 0);
}
