package dev.usher.server.control;

import java.io.IOException;
import java.util.List;

/** A line of a control socket, read as a message of each kind; whatever comes of a line can be sent on. */
public final class ProtocolFuzz {
    private static final List<Class<? extends Record>> MESSAGES = List.of(
            Protocol.Hello.class,
            Protocol.Answer.class,
            TakeOver.Arrival.class,
            TakeOver.Step.class,
            TakeOver.Sockets.class,
            TakeOver.Orders.class,
            TakeOver.Serving.class);

    private ProtocolFuzz() {}

    /** Reads {@code input} as a whole line. */
    public static void fuzzerTestOneInput(byte[] input) {
        for (Class<? extends Record> message : MESSAGES) {
            try {
                Protocol.line(Protocol.read(input, message));
            } catch (IOException refused) {
                requireWords(refused);
            }
        }
        try {
            Protocol.line(Protocol.read(input, Protocol.Request.class).whole());
        } catch (IOException refused) {
            requireWords(refused);
        }
    }

    private static void requireWords(IOException refused) {
        if (String.valueOf(refused.getMessage()).isBlank()) {
            throw new IllegalStateException("refused without words", refused);
        }
    }
}
