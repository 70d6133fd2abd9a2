package dev.usher.opening;

import java.nio.ByteBuffer;

/** A part of what a client says first: a PROXY header, or the {@link Opening} itself. */
public interface Stage {
    /**
     * Looks at what has come. Asked again, with more bytes, after {@link Step.NeedMore} and {@link Step.Reply}; never
     * after any other step.
     *
     * @param soFar all bytes that no earlier step has consumed, from position to limit; may be none. Neither is moved
     */
    Step read(ByteBuffer soFar);
}
