package dev.usher.opening;

import dev.usher.http.RequestHead;
import dev.usher.http.RequestHead.Body;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A request to go on as a WebSocket (RFC 6455 section 4). Until the backend agrees, the client must wait: earlier bytes
 * would be a second request to a backend that does not agree. A backend that does not agree gets no more bytes.
 */
final class WebSocket implements Boundary {
    private static final byte[] AGREED = "HTTP/1.1 101".getBytes(StandardCharsets.US_ASCII);

    private enum Answer {
        AWAITED,
        AGREED,
        DECLINED
    }

    private Answer answer = Answer.AWAITED;

    /** Whether a head asks for a WebSocket, and for no other protocol. */
    static boolean isAskedForBy(RequestHead head) {
        return head.method().equals("GET")
                && head.minorVersion() == 1
                && head.body().equals(Body.NONE)
                && head.all("Upgrade").equals("websocket")
                && head.all("Connection").matches("(.*,)?\\s*upgrade\\s*(,.*)?");
    }

    /** The backend has sent its first bytes; a status that does not come as a whole is no agreement. */
    void hear(ByteBuffer first) {
        boolean agreed = first.remaining() >= AGREED.length
                && first.slice(first.position(), AGREED.length).equals(ByteBuffer.wrap(AGREED));
        answer = agreed ? Answer.AGREED : Answer.DECLINED;
    }

    @Override
    public int within(ByteBuffer next) {
        return switch (answer) {
            case AWAITED -> BROKEN;
            case AGREED -> next.remaining();
            case DECLINED -> 0;
        };
    }
}
