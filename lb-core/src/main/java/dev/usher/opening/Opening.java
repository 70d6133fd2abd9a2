package dev.usher.opening;

import dev.usher.end.HttpExchange;
import dev.usher.end.Refusal;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The first words of a client in one protocol, before bytes can be relayed, and the words of this protocol to client
 * and backend meanwhile. Holds positions and results of reading, no bytes. A new instance for each connection, unless
 * stateless; on the connection's worker.
 *
 * <p>The order of questions: {@link #read} until the opening is whole; then {@link #foreword}, and {@link #boundary} for
 * bytes of the client; {@link #backendGreeting} for each backend tried; once, {@link #connected}, and the opening
 * {@link #within}; and {@link #judge} for the first bytes of each answering backend. {@link #refusal} ends the connection, at any time.
 */
public interface Opening extends Stage {
    /**
     * The last word to a refused client.
     *
     * @return from position to limit, the caller's own; null without a word: then the client gets a RST
     */
    @Nullable
    ByteBuffer refusal(Refusal why);

    /**
     * The word to the client once a backend is connected.
     *
     * @return from position to limit, the caller's own; null for nothing
     */
    default @Nullable ByteBuffer connected() {
        return null;
    }

    /**
     * The opening of the protocol behind {@link #connected}, once this opening is whole. Takes the place of this opening
     * after that word: no byte of the client goes to a backend before the opening within is whole, and its words refuse
     * the client.
     *
     * @return the same at each call; null if the client's bytes flow after the word
     */
    default @Nullable Opening within() {
        return null;
    }

    /**
     * Words to each backend in front of the client's bytes: what stands in place of consumed bytes.
     *
     * @return from position to limit, the caller's own; null for nothing
     */
    default @Nullable ByteBuffer foreword(Sender sender) {
        return null;
    }

    /**
     * The end of the client's message, once whole and after {@link #foreword}; null if every byte of the client goes to
     * the backend.
     */
    default @Nullable Boundary boundary() {
        return null;
    }

    /** A dialogue that each backend must pass before the client's bytes; null without a dialogue. */
    default @Nullable BackendGreeting backendGreeting() {
        return null;
    }

    /**
     * A number of this client's opening, once whole: the same wherever the same bytes come by again, and of no other
     * client by chance; 0 in a protocol without such a number.
     */
    default long mark() {
        return 0;
    }

    /** The request and the answer so far; null in a protocol other than HTTP, and before either is known. */
    default @Nullable HttpExchange exchange() {
        return null;
    }

    // ---- of backends: by default as for an unknown protocol, where nothing can be expected and nothing sent twice
    // ----

    /** Whether a backend must send something: a backend that leaves without a byte has failed. */
    default boolean expectsAnswer() {
        return false;
    }

    /** Whether the same bytes may be sent to another backend, while the first has not answered. */
    default boolean isRepeatable() {
        return false;
    }

    /**
     * Judges the first bytes of a backend, if {@link #expectsAnswer}.
     *
     * @param first from position to limit; position and limit are left alone
     */
    default Verdict judge(ByteBuffer first) {
        return Verdict.ANSWER;
    }
}
