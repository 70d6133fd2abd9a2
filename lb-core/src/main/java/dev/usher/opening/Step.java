package dev.usher.opening;

import dev.usher.end.CloseReason;
import dev.usher.login.Credentials;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** The result of reading the bytes of a {@link Stage}. */
public sealed interface Step {
    /** The only instance of {@link NeedMore}. */
    Step NEED_MORE = new NeedMore();

    /** Right so far, and not whole yet. */
    record NeedMore() implements Step {}

    /**
     * Our turn to speak; the client goes on after the reply.
     *
     * @param bytes for the client, from position to limit; the caller's own
     * @param consumed the number of the client's bytes dealt with, and never forwarded
     */
    record Reply(ByteBuffer bytes, int consumed) implements Step {}

    /**
     * The client has named a user. The caller checks that, and reads again once the user is known, without further
     * bytes of the client; an unknown user is refused.
     *
     * @param consumed the number of the client's bytes dealt with, and never forwarded
     */
    record Check(Credentials said, int consumed) implements Step {}

    /**
     * The stage is whole.
     *
     * @param consumed the number of the client's bytes that were for us; the rest goes to the backend unchanged
     */
    record Whole(Destination destination, int consumed) implements Step {}

    /**
     * The client is never to be served.
     *
     * @param detail a phrase for a log, in printable ASCII; at most a few hundred characters
     * @param name the invalid name, escaped and cut; null exactly unless the name is the reason
     */
    record Refused(
            CloseReason reason, String detail, @Nullable String name) implements Step {
        /** A refusal for another reason than a name. */
        public Refused(CloseReason reason, String detail) {
            this(reason, detail, null);
        }
    }
}
