package dev.usher.view;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One open connection. What its hello has yet to say is null.
 *
 * @param cid names it, here, in the access log and in the PROXY header to its backend
 * @param client by a trusted proxy's word where there is one
 * @param sni the name that was asked for, normalised; null without one
 * @param alpn the protocols that were offered; null where no hello was read, as on a listener of type tcp
 * @param route the pattern that won, {@code default} or {@code no_sni}; null if none did
 * @param backend the last one tried, by its address
 * @param state a word: awaiting_hello, connecting, relaying, half_closed, refusing
 * @param since when it was accepted, by the wall clock
 * @param age time since then
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
