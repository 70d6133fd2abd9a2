package dev.usher.view;

import java.net.SocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a session, in its line of the access log and in its row of open connections. Values that depend on
 * the opening are null until the opening is read, and on a listener of type tcp.
 *
 * @param cid the session's name, here and in the PROXY header to its backend; unique across restarts
 * @param listener the listener's name
 * @param client address of the client; with a trusted proxy, the address from the PROXY header; of a unix socket our
 *     own end
 * @param user the user that the client says to be; checked, unless the reason of the end says otherwise; null without
 *     one
 * @param sni the requested name, normalised; an invalid name as sent, escaped and cut; null without a name
 * @param alpn the protocols offered
 * @param route the winning pattern, {@code default} or {@code no_sni}; null without a route
 * @param pool the pool's name; null before a pool is chosen
 * @param backend the backend tried last; null before the first attempt
 */
public record SessionIdentity(
        String cid,
        String listener,
        SocketAddress client,
        @Nullable String user,
        @Nullable String sni,
        @Nullable List<String> alpn,
        @Nullable String route,
        @Nullable String pool,
        @Nullable String backend) {}
