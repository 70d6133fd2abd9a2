package dev.usher.route;

import java.util.function.Supplier;

/** Who wants to know why. A step is put in words only if somebody does. */
@FunctionalInterface
public interface Trace {
    /** Nobody: what connections are decided with. */
    Trace NONE = _ -> {};

    /** One step of a decision, in the order in which it was made. */
    void note(Supplier<String> step);
}
