package dev.usher.fuzz;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.opening.ProxyHeaderStage;

/** A PROXY header of any version. */
public final class ProxyHeaderFuzz {
    private ProxyHeaderFuzz() {}

    /** Reads {@code input}, which is all that a client sends. */
    public static void fuzzerTestOneInput(byte[] input) {
        Splits.sameStory(() -> new ProxyHeaderStage(AcceptProxyProtocol.ANY), input);
    }
}
