package dev.usher.admin.subject;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source of names and backends, for people.
 *
 * @param type the word of the file
 * @param state whether the last question was answered, and whether the answer holds
 * @param text of a failure, or of the loss in an answer that waits; empty otherwise
 * @param since begin of the state
 * @param answered time of the answer in force; null before the first
 * @param names names of the answer in force
 * @param backends backends of the answer in force
 * @param failures questions without a good answer, since the start
 * @param leftOut unused parts of the answer, with place and reason
 */
public record SourceView(
        String name,
        String type,
        State state,
        String text,
        Instant since,
        @Nullable Instant answered,
        int names,
        int backends,
        long failures,
        List<String> leftOut) {
    /** The state of a source. */
    public enum State {
        /** No answer so far. */
        STARTING,
        /** The last answer holds. */
        WORKS,
        /** The last answer has lost too much: the answer before holds until an operator confirms. */
        WAITING,
        /** No usable answer: the last good answer holds. */
        FAILING
    }

    public SourceView {
        leftOut = List.copyOf(leftOut);
    }
}
