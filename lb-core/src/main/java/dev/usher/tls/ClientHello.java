package dev.usher.tls;

import dev.usher.name.ServerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a ClientHello that routing and the backend's PROXY header need.
 *
 * @param serverName requested server name, normalised; null if the hello has none
 * @param alpn offered protocols, in the client's order. Printable ASCII stands for itself, a backslash is {@code \\},
 *     and any other byte, as in GREASE values, is {@code \x} with two hex digits. Compared by exact match
 * @param offersEarlyData true exactly if the early_data extension is there (RFC 8446 section 4.2.10). A replay of such
 *     a hello may repeat a request
 * @param sslv2 true exactly if the hello came in the SSLv2 format, which has neither name nor protocols
 * @param mark the random, folded: the same wherever the hello comes by again, and never of another hello by chance; 0
 *     with SSLv2
 * @param sentName the name as the client wrote it, letter case and trailing dot kept; null exactly if serverName is
 *     null
 */
public record ClientHello(
        @Nullable ServerName serverName,
        List<String> alpn,
        boolean offersEarlyData,
        boolean sslv2,
        long mark,
        @Nullable String sentName) {

    public ClientHello {
        alpn = List.copyOf(alpn);
        if ((serverName == null) != (sentName == null)) {
            throw new IllegalArgumentException("serverName and sentName must both be given, or neither");
        }
    }
}
