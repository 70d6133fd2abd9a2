package dev.usher.opening;

import dev.usher.config.IpAddress;
import dev.usher.http.RequestHead;
import dev.usher.http.RequestHead.Field;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;

/** The fields that tell a backend where a request comes from: RFC 7239, and the older names. */
final class ForwardedFields {
    /** A client without an address (RFC 7239 section 6.2). */
    private static final String UNKNOWN = "unknown";

    private ForwardedFields() {}

    static List<Field> of(RequestHead head, SocketAddress client) {
        String address = client instanceof InetSocketAddress tcp
                ? IpAddress.text(tcp.getAddress().getAddress())
                : UNKNOWN;
        String host = String.valueOf(head.host());
        String node = address.indexOf(':') < 0 ? address : "\"[" + address + "]\"";
        return List.of(
                new Field("Forwarded", "for=" + node + ";host=\"" + host + "\";proto=http"),
                new Field("X-Forwarded-For", address),
                new Field("X-Forwarded-Host", host),
                new Field("X-Forwarded-Proto", "http"));
    }
}
