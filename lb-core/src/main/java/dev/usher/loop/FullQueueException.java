package dev.usher.loop;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A unix socket takes no more connections at this moment. The kernel tells of room to nobody: ask again. */
public final class FullQueueException extends IOException {
    private static final long serialVersionUID = 1;

    FullQueueException(@Nullable String message) {
        super(message);
    }
}
