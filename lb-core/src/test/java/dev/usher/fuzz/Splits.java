package dev.usher.fuzz;

import dev.usher.opening.Stage;
import java.util.HexFormat;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The promise of every stage: the same bytes have the same result, however the network cuts them. */
final class Splits {
    private Splits() {}

    /**
     * Reads {@code input} whole, byte by byte, and in pieces of a length that depends on the input.
     *
     * @throws IllegalStateException if a result differs
     */
    static String sameStory(Supplier<? extends Stage> stage, byte[] input) {
        return sameStory(stage, input, _ -> false);
    }

    /** @param early true for the story of bytes that came before their turn: such bytes may have another result */
    static String sameStory(Supplier<? extends Stage> stage, byte[] input, Predicate<String> early) {
        String whole = Conversation.of(stage.get(), input, Math.max(1, input.length));
        int piece = 2 + (input.length == 0 ? 0 : Byte.toUnsignedInt(input[input.length - 1]) % 61);
        for (int length : new int[] {1, piece}) {
            String cut = Conversation.of(stage.get(), input, length);
            if (!cut.equals(whole) && !early.test(whole) && !early.test(cut)) {
                throw new IllegalStateException("in pieces of %d:%n%sas a whole:%n%sof %s"
                        .formatted(length, cut, whole, HexFormat.of().formatHex(input)));
            }
        }
        return whole;
    }
}
