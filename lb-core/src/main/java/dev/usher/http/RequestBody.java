package dev.usher.http;

import dev.usher.http.RequestHead.Body;
import java.nio.ByteBuffer;

/**
 * Finds the end of a request's body, so that no byte behind the body is taken for a second request. Holds positions, no
 * bytes; an instance for each request, on a single thread.
 */
public sealed interface RequestBody permits RequestBody.OfLength, ChunkedBody {
    /** Result of {@link #within} for bytes that break the framing; every later result is the same. */
    int MALFORMED = -1;

    /**
     * The number of the next bytes that belong to the body.
     *
     * @param next bytes behind the bytes of earlier calls, from position to limit; position and limit are left alone
     * @return at most {@code next.remaining()}, less exactly if the body ends among the bytes; or {@link #MALFORMED}
     */
    int within(ByteBuffer next);

    /** The body behind a head. */
    static RequestBody of(Body framing) {
        return switch (framing) {
            case Body.OfLength(long bytes) -> new OfLength(bytes);
            case Body.Chunked _ -> new ChunkedBody();
        };
    }

    /** A body whose length the head tells. */
    final class OfLength implements RequestBody {
        private long left;

        private OfLength(long bytes) {
            this.left = bytes;
        }

        @Override
        public int within(ByteBuffer next) {
            int taken = (int) Math.min(left, next.remaining());
            left -= taken;
            return taken;
        }
    }
}
