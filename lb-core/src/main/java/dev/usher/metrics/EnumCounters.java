package dev.usher.metrics;

import java.util.EnumMap;
import java.util.function.BiConsumer;

/** A {@link Counter} for each constant of an enum. */
public final class EnumCounters<E extends Enum<E>> {
    private final EnumMap<E, Counter> counters;

    public EnumCounters(Class<E> type) {
        counters = new EnumMap<>(type);
        for (E constant : type.getEnumConstants()) {
            counters.put(constant, new Counter());
        }
    }

    /** The counter of a constant. */
    @SuppressWarnings("NullAway") // the constructor filled every place
    public Counter of(E constant) {
        return counters.get(constant);
    }

    /** Calls {@code each} with every constant and its value. */
    public void forEach(BiConsumer<E, Long> each) {
        counters.forEach((constant, counter) -> each.accept(constant, counter.get()));
    }
}
