package dev.usher.sim;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that happens in a world, in order: a hash always, lines where somebody wants to read. */
final class Trace {
    private final @Nullable List<String> lines;
    private long hash;
    private long nanos;

    /** @param readable whether to keep lines */
    Trace(boolean readable) {
        lines = readable ? new ArrayList<>() : null;
    }

    /** The time of the notes from here on. */
    void at(long now) {
        nanos = now;
    }

    long now() {
        return nanos;
    }

    void note(String who, String what, long number) {
        long bits = (hash + who.hashCode()) * 0xbf58476d1ce4e5b9L;
        bits = ((bits ^ (bits >>> 29)) + what.hashCode()) * 0x94d049bb133111ebL;
        hash = ((bits ^ (bits >>> 32)) + number) * 0x9e3779b97f4a7c15L + nanos;
        if (lines != null) {
            lines.add("%12.6f  %-14s %s %d".formatted(nanos / 1e9, who, what, number));
        }
    }

    void note(String who, String what) {
        note(who, what, 0);
    }

    long hash() {
        return hash;
    }

    List<String> lines() {
        return lines == null ? List.of() : lines;
    }
}
