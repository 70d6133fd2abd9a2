package dev.usher.fuzz;

import dev.usher.config.NotTls;
import dev.usher.opening.TlsOpening;

/** A ClientHello on a TLS port without other protocols. */
public final class HelloFuzz {
    private static final int MAX_SIZE_BYTES = 1 << 16;

    private HelloFuzz() {}

    /** Reads {@code input}, which is all that a client sends. */
    public static void fuzzerTestOneInput(byte[] input) {
        Splits.sameStory(() -> new TlsOpening(MAX_SIZE_BYTES, NotTls.NONE), input);
    }
}
