package dev.usher.fuzz;

import dev.usher.config.HttpRule;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.opening.Boundary;
import dev.usher.opening.Opening;
import dev.usher.opening.Sender;
import dev.usher.opening.Stage;
import dev.usher.opening.Step;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of a client by a {@link Stage}, as a session would, and writes down what came of the bytes. Every
 * user is known. A stage that asks again and again without a byte in between breaks its promise.
 */
final class Conversation {
    private static final Sender SENDER = new Sender(
            new InetSocketAddress("192.0.2.1", 50_000), new HttpRule(HttpRule.Action.FORWARD, null, true, true));
    /** Replies of a stage without a byte of the client in between. */
    private static final int MAX_REPLIES = 4;

    private final byte[] input;
    private final StringBuilder story = new StringBuilder();
    private int from;
    private int come;

    private Conversation(byte[] input) {
        this.input = input;
    }

    /**
     * The story of {@code input} in pieces.
     *
     * @param piece length of a piece in bytes; at least 1
     */
    static String of(Stage stage, byte[] input, int piece) {
        var conversation = new Conversation(input);
        @Nullable Stage next = stage;
        while (next != null) {
            next = conversation.with(next, piece);
        }
        return conversation.story.toString();
    }

    /** The stage that goes on; null at the end. */
    private @Nullable Stage with(Stage stage, int piece) {
        int replies = 0;
        while (true) {
            switch (stage.read(ByteBuffer.wrap(input, from, come - from).asReadOnlyBuffer())) {
                case Step.NeedMore _ -> {
                    if (come == input.length) {
                        return end("waits");
                    }
                    come = Math.min(input.length, come + piece);
                    replies = 0;
                }
                case Step.Reply reply -> {
                    consume(reply.consumed());
                    say("reply " + hex(reply.bytes()));
                    require(++replies <= MAX_REPLIES, "replies without a byte of the client");
                }
                case Step.Check check -> {
                    consume(check.consumed());
                    say("check " + check.said());
                    require(++replies <= MAX_REPLIES, "checks without a byte of the client");
                }
                case Step.Refused refused -> {
                    require(refused.detail().chars().allMatch(c -> c >= ' ' && c <= '~'), "detail is not printable");
                    return end("refused " + refused.reason() + " " + refused.name() + refusal(stage, refused.reason()));
                }
                case Step.Whole whole -> {
                    consume(whole.consumed());
                    say("whole " + whole.destination());
                    return stage instanceof Opening opening ? behind(opening, piece) : end("rest at " + from);
                }
            }
        }
    }

    private @Nullable Stage behind(Opening opening, int piece) {
        ByteBuffer connected = opening.connected();
        if (connected != null) {
            say("connected " + hex(connected));
        }
        Opening within = opening.within();
        if (within != null) {
            return within;
        }
        ByteBuffer foreword = opening.foreword(SENDER);
        if (foreword != null) {
            say("foreword " + hex(foreword));
        }
        Boundary boundary = opening.boundary();
        return end(boundary == null ? "rest at " + from : "body of " + body(boundary, piece));
    }

    private String body(Boundary boundary, int piece) {
        int passed = 0;
        while (from < input.length) {
            come = Math.max(come, Math.min(input.length, from + piece));
            int within =
                    boundary.within(ByteBuffer.wrap(input, from, come - from).asReadOnlyBuffer());
            if (within == Boundary.BROKEN) {
                return "broken";
            }
            require(within >= 0 && within <= come - from, "more bytes than there are");
            passed += within;
            from = come;
        }
        return passed + " bytes";
    }

    private String refusal(Stage stage, CloseReason reason) {
        Refusal kind = reason.refusal();
        ByteBuffer word = stage instanceof Opening opening && kind != null ? opening.refusal(kind) : null;
        return word == null ? "" : " " + hex(word);
    }

    private void consume(int bytes) {
        require(bytes >= 0 && bytes <= come - from, "consumes more bytes than there are");
        from += bytes;
    }

    private void say(String word) {
        story.append(word).append('\n');
    }

    private @Nullable Stage end(String word) {
        say(word);
        return null;
    }

    private static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }

    private void require(boolean kept, String what) {
        if (!kept) {
            throw new IllegalStateException(what + ": " + HexFormat.of().formatHex(Arrays.copyOf(input, come)));
        }
    }
}
