package dev.usher.route;

import java.util.function.Supplier;

/** Receiver for the steps of a decision. A step is put into words only on demand. */
@FunctionalInterface
public interface Trace {
    /** Ignores every step; used for connections. */
    Trace NONE = _ -> {};

    /** Receives the next step, in the order of the decision. */
    void note(Supplier<String> step);
}
