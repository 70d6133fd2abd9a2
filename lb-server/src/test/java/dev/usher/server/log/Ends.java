package dev.usher.server.log;

import dev.usher.end.CloseReason;
import dev.usher.end.HttpExchange;
import dev.usher.relay.SessionEnd;
import dev.usher.view.SessionIdentity;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Ended sessions, for tests. */
final class Ends {
    private Ends() {}

    static SessionEnd completed(long id) {
        return of(id, CloseReason.COMPLETED, List.of("h2", "http/1.1"));
    }

    static SessionEnd of(long id, CloseReason reason, List<String> alpn) {
        return of(id, reason, alpn, null);
    }

    /** On a listener of type http. */
    static SessionEnd of(HttpExchange http) {
        return of(1, CloseReason.REDIRECTED, List.of(), http);
    }

    private static SessionEnd of(long id, CloseReason reason, List<String> alpn, @Nullable HttpExchange http) {
        return new SessionEnd(
                new SessionIdentity(
                        "run-" + id,
                        "https",
                        new InetSocketAddress("203.0.113.9", 51044),
                        null,
                        "www.example.com",
                        alpn,
                        "*.example.com",
                        "web",
                        "10.0.0.11:443"),
                http,
                2,
                reason,
                1_234_567,
                60_000,
                5_000_999,
                3_600_000_000_000L,
                812,
                21_234);
    }

    /** All that can be unknown is. */
    static SessionEnd unknown() {
        return new SessionEnd(
                new SessionIdentity(
                        "run-7",
                        "https",
                        new InetSocketAddress("2001:db8::9", 4000),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null),
                null,
                0,
                CloseReason.HELLO_TIMEOUT,
                SessionEnd.UNKNOWN,
                SessionEnd.UNKNOWN,
                SessionEnd.UNKNOWN,
                5_000_000_000L,
                0,
                0);
    }
}
