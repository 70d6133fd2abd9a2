package dev.usher.sim;

import java.util.List;
import java.util.random.RandomGenerator;

/** The source of everything in a world that could go either way (SplitMix64). */
final class Chance implements RandomGenerator {
    private long state;

    Chance(long seed) {
        state = seed;
    }

    @Override
    public long nextLong() {
        state += 0x9e3779b97f4a7c15L;
        long bits = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
        bits = (bits ^ (bits >>> 27)) * 0x94d049bb133111ebL;
        return bits ^ (bits >>> 31);
    }

    /** From 0 to {@code bound}, exclusive. */
    int below(int bound) {
        return (int) ((nextLong() >>> 33) % bound);
    }

    int between(int least, int most) {
        return least + below(most - least + 1);
    }

    boolean oneIn(int rounds) {
        return below(rounds) == 0;
    }

    <T> T of(List<T> choices) {
        return choices.get(below(choices.size()));
    }

    /** A source of its own, so that one part of a world may go without a change of the others. */
    Chance part(long number) {
        return new Chance(state ^ (number + 1) * 0xd1342543de82ef95L);
    }
}
