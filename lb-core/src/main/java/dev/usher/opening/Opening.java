package dev.usher.opening;

import dev.usher.end.Refusal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What a client of one protocol says before its bytes can be relayed, and what that protocol has to say meanwhile. Holds
 * positions and what was read, no bytes. One per connection unless it has no state; on the connection's worker.
 *
 * <p>The order of questions: {@link #read} until the opening is whole; then, for each backend that is tried, {@link
 * #backendGreeting}; once, {@link #connected}; and {@link #judge} for the first bytes of each backend that answers. {@link
 * #refusal} ends the connection, at any time.
 */
public interface Opening extends Stage {
    /**
     * The last word to a client that is refused.
     *
     * @return from position to limit, the caller's own; null where this protocol has no word: then a RST
     */
    @Nullable
    ByteBuffer refusal(Refusal why);

    /**
     * What the client is told once a backend is connected.
     *
     * @return from position to limit, the caller's own; null for nothing
     */
    @Nullable
    ByteBuffer connected();

    /** A dialogue that each backend has to pass before it gets the client's bytes; null for none. */
    @Nullable
    BackendGreeting backendGreeting();

    /** Whether a backend must say something: one that leaves without a byte has failed. */
    boolean expectsAnswer();

    /** Whether a backend that has not answered may be left, and another one be told the same. */
    boolean isRepeatable();

    /**
     * Looks at the first bytes that a backend has sent, if {@link #expectsAnswer}.
     *
     * @param first from position to limit; neither is moved
     */
    Verdict judge(ByteBuffer first);
}
