package dev.usher.fuzz;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.opening.Openings;
import java.util.List;

/** A request on port 80: its head, and the body that may pass. */
public final class HttpFuzz {
    private static final ListenerConfig LISTENER = ListenerConfig.http("web", List.of(new HostPort("127.0.0.1", 80)));

    private HttpFuzz() {}

    /** Reads {@code input}, which is all that a client sends. */
    public static void fuzzerTestOneInput(byte[] input) {
        Splits.sameStory(() -> Openings.BY_TYPE.begin(LISTENER), input);
    }
}
