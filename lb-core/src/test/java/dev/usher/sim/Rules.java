package dev.usher.sim;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps the first broken rule, since usher contains what is thrown within a session. */
final class Rules {
    private @Nullable Violation first;

    void check(boolean holds, String otherwise) {
        if (!holds) {
            fail(otherwise);
        }
    }

    /** Like {@link #check(boolean, String)}, for words that cost something. */
    void check(boolean holds, Supplier<String> otherwise) {
        if (!holds) {
            fail(otherwise.get());
        }
    }

    void fail(String what) {
        if (first == null) {
            first = new Violation(what);
        }
        throw first;
    }

    /** Throws the first broken rule, if there is one. */
    void throwBroken() {
        if (first != null) {
            throw first;
        }
    }
}
