package dev.usher.opening;

import dev.usher.end.Refusal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * No opening at all, for any protocol. Whole before the first byte, so that a server may speak first. A backend's use
 * of the client's bytes cannot be known, so no byte is sent twice.
 */
public final class PlainOpening implements Opening {
    /** The shared instance, since it is stateless. */
    public static final PlainOpening INSTANCE = new PlainOpening();

    private static final Step WHOLE = new Step.Whole(Destination.OF_LISTENER, 0);

    private PlainOpening() {}

    @Override
    public Step read(ByteBuffer soFar) {
        return WHOLE;
    }

    @Override
    public @Nullable ByteBuffer refusal(Refusal why) {
        return null;
    }
}
