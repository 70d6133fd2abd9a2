package dev.usher.opening;

import dev.usher.end.CloseReason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What the bytes of a {@link Stage} amount to. */
public sealed interface Step {
    /** The one {@link NeedMore}. */
    Step NEED_MORE = new NeedMore();

    /** Right so far, and not whole yet. */
    record NeedMore() implements Step {}

    /**
     * Our turn to speak; the client goes on after it.
     *
     * @param bytes for the client, from position to limit; the caller's own
     * @param consumed how many of the client's bytes are dealt with, and never forwarded
     */
    record Reply(ByteBuffer bytes, int consumed) implements Step {}

    /**
     * All is said.
     *
     * @param consumed how many of the client's bytes were for us; the others go to the backend as they came
     */
    record Whole(Destination destination, int consumed) implements Step {}

    /**
     * Never to be served.
     *
     * @param detail one phrase for a log, in printable ASCII; at most a few hundred characters
     * @param name the name that is none, escaped and cut; null exactly unless the name is the reason
     */
    record Refused(
            CloseReason reason, String detail, @Nullable String name) implements Step {
        /** For another reason than a name. */
        public Refused(CloseReason reason, String detail) {
            this(reason, detail, null);
        }
    }
}
