package dev.usher.relay;

import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.name.ServerName;
import dev.usher.opening.BackendGreeting;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.opening.Step;
import dev.usher.opening.Verdict;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An opening that exists in tests alone: a client says {@code HELLO}, is answered {@code READY}, and names a pool in its
 * next line, by the route that has the pool's name. The backend is greeted, and must answer {@code AYE}; the client is
 * then told {@code CONNECTED}. Long words are padded, so that no socket takes them at once.
 */
final class LineOpening implements Opening {
    static final String HELLO = "HELLO\n";
    static final String READY = "READY\n";
    static final String CONNECTED = "CONNECTED\n";
    static final String GREETING = "AHOY\n";
    static final String ACCEPTED = "AYE\n";
    private static final int MAX_LINE_BYTES = 64;

    private final int padding;
    private boolean greeted;

    /** @param padding bytes that are added to each word for the client */
    LineOpening(int padding) {
        this.padding = padding;
    }

    static String refusalOf(Refusal why) {
        return "NO " + why + "\n";
    }

    private ByteBuffer word(String text) {
        return ByteBuffer.wrap((text + "-".repeat(padding)).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public Step read(ByteBuffer soFar) {
        String text = StandardCharsets.US_ASCII.decode(soFar.duplicate()).toString();
        int end = text.indexOf('\n') + 1;
        if (end == 0) {
            return text.length() < MAX_LINE_BYTES
                    ? Step.NEED_MORE
                    : new Step.Refused(CloseReason.HELLO_TOO_LARGE, "a line of more than 64 bytes");
        }
        String line = text.substring(0, end);
        if (!greeted) {
            greeted = line.equals(HELLO);
            return greeted
                    ? new Step.Reply(word(READY), end)
                    : new Step.Refused(CloseReason.MALFORMED_HELLO, "no HELLO");
        }
        ServerName name = ServerName.parse(line.strip());
        return name == null
                ? new Step.Refused(CloseReason.INVALID_NAME, "no name")
                : new Step.Whole(new Destination.Host(name, List.of(), line.strip()), end);
    }

    @Override
    public ByteBuffer refusal(Refusal why) {
        return word(refusalOf(why));
    }

    @Override
    public ByteBuffer connected() {
        return word(CONNECTED);
    }

    @Override
    public BackendGreeting backendGreeting() {
        return Ahoy.INSTANCE;
    }

    @Override
    public boolean expectsAnswer() {
        return true;
    }

    @Override
    public boolean isRepeatable() {
        return true;
    }

    @Override
    public Verdict judge(ByteBuffer first) {
        return first.get(first.position()) == '!' ? Verdict.FAULT : Verdict.ANSWER;
    }

    private enum Ahoy implements BackendGreeting {
        INSTANCE;

        @Override
        public ByteBuffer words() {
            return StandardCharsets.US_ASCII.encode(GREETING);
        }

        @Override
        public int maxAnswerBytes() {
            return ACCEPTED.length() + 1;
        }

        @Override
        public Answer hear(ByteBuffer soFar) {
            String text = StandardCharsets.US_ASCII.decode(soFar.duplicate()).toString();
            if (text.equals(ACCEPTED)) {
                return Answer.ACCEPTED;
            }
            return ACCEPTED.startsWith(text) ? Answer.NEED_MORE : Answer.REFUSED;
        }
    }
}
