package dev.usher.fuzz;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.opening.Openings;
import java.util.List;

/** A client of an HTTP proxy, and the hello behind its request. */
public final class ConnectFuzz {
    private static final ListenerConfig LISTENER =
            ListenerConfig.connect("out", List.of(new HostPort("127.0.0.1", 3128)));

    private ConnectFuzz() {}

    /** Reads {@code input}, which is all that a client sends. */
    public static void fuzzerTestOneInput(byte[] input) {
        Splits.sameStory(() -> Openings.BY_TYPE.begin(LISTENER), input);
    }
}
