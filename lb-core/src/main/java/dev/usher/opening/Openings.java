package dev.usher.opening;

import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;

/** Makes the opening of each connection. */
@FunctionalInterface
public interface Openings {
    /** Openings by the type of the listener: the only place to register an opening. */
    Openings BY_TYPE = listener -> switch (listener.type()) {
        case TLS -> tls(listener.clientHello().maxSizeBytes(), listener.notTls());
        case HTTP -> new HttpOpening(listener.http());
        case SOCKS -> new SocksOpening(listener);
        case CONNECT -> new ConnectOpening(listener);
        case TCP -> PlainOpening.INSTANCE;
    };

    private static Opening tls(int maxSizeBytes, NotTls notTls) {
        return notTls.postgres() == null
                ? new TlsOpening(maxSizeBytes, notTls)
                : new PostgresOpening(maxSizeBytes, notTls);
    }

    /** The opening of a new connection to {@code listener}. */
    Opening begin(ListenerConfig listener);
}
