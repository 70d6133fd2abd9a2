package dev.usher.opening;

import java.nio.ByteBuffer;

/** A part of a client's first words: a PROXY header, or the {@link Opening} itself. */
public interface Stage {
    /**
     * Reads the bytes so far. Called again after {@link Step.NeedMore}, {@link Step.Reply} and {@link Step.Check}; never
     * after any other step.
     *
     * @param soFar the bytes not consumed by an earlier step, from position to limit, perhaps empty; position and limit
     * are left alone
     */
    Step read(ByteBuffer soFar);
}
