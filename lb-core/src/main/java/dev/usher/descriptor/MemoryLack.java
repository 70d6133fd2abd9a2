package dev.usher.descriptor;

import java.io.IOException;
import java.net.BindException;
import java.util.Set;

/** Failures of a connect for want of memory on this machine, without a fault of the peer. */
public final class MemoryLack {
    /** {@code ENOMEM} and {@code ENOBUFS}, in the C library's words: the JDK has no exception class for either. */
    private static final Set<String> WORDS = Set.of("Cannot allocate memory", "No buffer space available");

    private MemoryLack() {}

    /** Gives the failure of a connect. A lack of memory becomes a {@link BindException}, as a lack of ports is. */
    public static IOException named(IOException failed) {
        String text = failed.getMessage();
        return text != null && WORDS.contains(text) ? new BindException(text) : failed;
    }
}
