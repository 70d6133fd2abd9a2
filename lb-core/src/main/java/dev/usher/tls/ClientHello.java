package dev.usher.tls;

import dev.usher.name.ServerName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What routing and the backend's PROXY header need of one ClientHello.
 *
 * @param serverName the name it asks for, normalised; null if it names none
 * @param alpn the protocols it offers, in its order. Text as it is, except that a backslash is {@code \\} and any byte
 *     outside printable ASCII is {@code \x} and two hex digits: GREASE values are such bytes. Compared by exact match
 * @param offersEarlyData true exactly if the early_data extension is there (RFC 8446 section 4.2.10). A replay of such
 *     a hello may repeat a request
 * @param sslv2 true exactly if it came in the SSLv2 format, which has neither name nor protocols
 * @param sentName the name as the client wrote it, letter case and trailing dot kept; null exactly if serverName is
 */
public record ClientHello(
        @Nullable ServerName serverName,
        List<String> alpn,
        boolean offersEarlyData,
        boolean sslv2,
        @Nullable String sentName) {

    public ClientHello {
        alpn = List.copyOf(alpn);
        if ((serverName == null) != (sentName == null)) {
            throw new IllegalArgumentException("serverName and sentName must both be given, or neither");
        }
    }
}
