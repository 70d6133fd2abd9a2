package dev.usher.opening;

import dev.usher.config.ListenerConfig;

/** Makes the opening of each connection. */
@FunctionalInterface
public interface Openings {
    /** By the listener's type: the one place where an opening is registered. */
    Openings BY_TYPE = listener -> switch (listener.type()) {
        case TLS -> new TlsOpening(listener.clientHello().maxSizeBytes());
        case TCP -> PlainOpening.INSTANCE;
    };

    /** The opening of a new connection to {@code listener}. */
    Opening begin(ListenerConfig listener);
}
