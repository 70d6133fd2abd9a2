package dev.usher.config;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Pools for clients of a TLS listener that speak another protocol; null refuses such clients.
 *
 * @param ssh for clients that begin with the version line of SSH
 * @param openvpn for clients that begin with a packet of OpenVPN over TCP
 * @param postgres for clients that ask for TLS as Postgres does, whose hello decides by name
 * @param other for clients that begin with bytes of no TLS record, and are served by no other pool here
 */
public record NotTls(
        @Nullable String ssh,
        @Nullable String openvpn,
        @Nullable Postgres postgres,
        @Nullable String other) {
    public static final NotTls NONE = new NotTls(null, null, null, null);

    /**
     * The treatment of Postgres clients.
     *
     * @param cancel pool for requests to cancel a query, which have no name; {@link #REFUSE} for none
     */
    public record Postgres(String cancel) {
        /** The key in a file. */
        public static final String KEY = "not_tls.postgres";

        /** The value that refuses cancels. */
        public static final String REFUSE = "refuse";

        /** The value in a file for a listener with this treatment and no pool for cancels. */
        public static final String ROUTE = "route";

        public Postgres {
            Check.notBlank(cancel, "not_tls.postgres.cancel");
        }
    }

    /** A protocol that shares the port of TLS. */
    public enum Protocol {
        SSH,
        OPENVPN,
        /** A request of a Postgres client to cancel a query of another connection. */
        POSTGRES_CANCEL,
        /** Any protocol with a first byte that begins no TLS record. */
        OTHER;

        private final String route = "not_tls." + Spelling.of(this).replace('-', '.');

        /** The key of the pool in a file; in place of a route in logs and answers. */
        public String route() {
            return route;
        }
    }

    public boolean isNone() {
        return equals(NONE);
    }

    /** Null if the protocol is refused. */
    public @Nullable String poolFor(Protocol protocol) {
        return switch (protocol) {
            case SSH -> ssh;
            case OPENVPN -> openvpn;
            case POSTGRES_CANCEL ->
                postgres == null || postgres.cancel().equals(Postgres.REFUSE) ? null : postgres.cancel();
            case OTHER -> other;
        };
    }

    /** Each protocol with a pool. */
    public Map<Protocol, String> pools() {
        Map<Protocol, String> pools = new EnumMap<>(Protocol.class);
        for (Protocol protocol : Protocol.values()) {
            String pool = poolFor(protocol);
            if (pool != null) {
                pools.put(protocol, pool);
            }
        }
        return pools;
    }
}
