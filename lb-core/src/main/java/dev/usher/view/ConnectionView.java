package dev.usher.view;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open connection. Values that depend on the hello are null until the hello is read.
 *
 * @param cid id of the connection here, in the access log and in the PROXY header to its backend
 * @param client address of the client; with a trusted proxy, the address from the PROXY header
 * @param sni requested name, normalised; null if the hello has none
 * @param alpn offered protocols; null without a hello, such as on a listener of type tcp
 * @param route the matching pattern, {@code default} or {@code no_sni}; null if none of these
 * @param backend address of the backend tried last
 * @param state a word: awaiting_hello, connecting, relaying, half_closed, refusing
 * @param since time of the accept, by the wall clock
 * @param age time since the accept
 * @param bytesIn from the client, passed on
 * @param bytesOut to the client
 */
public record ConnectionView(
        String cid,
        String listener,
        InetSocketAddress client,
        @Nullable String sni,
        @Nullable List<String> alpn,
        @Nullable String route,
        @Nullable String pool,
        @Nullable String backend,
        String state,
        Instant since,
        Duration age,
        long bytesIn,
        long bytesOut) {}
