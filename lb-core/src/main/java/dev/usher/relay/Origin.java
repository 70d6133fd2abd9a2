package dev.usher.relay;

import dev.usher.config.ListenerConfig;

/** The listener of a session, as the session knows the listener. */
interface Origin {
    String name();

    /**
     * The settings of the same configuration as the pools: the listener itself learns of a new configuration a moment
     * after the pools. The last settings, for a listener being closed.
     */
    ListenerConfig config(Routing routing);

    ListenerCounts.OfWorker counts();

    /** A session of this listener is closed. */
    void onClosed();
}
