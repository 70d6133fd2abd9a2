package dev.usher.loop;

import java.io.IOException;

/** The process, or the system, has no descriptor left for a socket. */
public final class NoDescriptorException extends IOException {
    private static final long serialVersionUID = 1L;

    NoDescriptorException(IOException cause) {
        super(cause);
    }
}
