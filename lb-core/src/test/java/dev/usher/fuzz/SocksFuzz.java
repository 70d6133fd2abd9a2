package dev.usher.fuzz;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.opening.Openings;
import java.util.List;

/** A SOCKS client, and the hello behind its request. */
public final class SocksFuzz {
    private static final ListenerConfig LISTENER =
            ListenerConfig.socks("out", List.of(new HostPort("127.0.0.1", 1080)));

    private SocksFuzz() {}

    /** Reads {@code input}, which is all that a client sends. */
    public static void fuzzerTestOneInput(byte[] input) {
        Splits.sameStory(() -> Openings.BY_TYPE.begin(LISTENER), input);
    }
}
