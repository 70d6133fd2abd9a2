package dev.usher.sim;

import dev.usher.background.Repeats;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Repeated look-ups, in the world's time. A look-up that is stopped may have been under way: its thread is interrupted, and
 * goes on a little later.
 */
final class SimRepeats implements Repeats {
    private static final class Work {
        final String name;
        final Supplier<Duration> pause;
        final Round round;
        long dueNanos;

        Work(String name, Supplier<Duration> pause, Round round) {
            this.name = name;
            this.pause = pause;
            this.round = round;
        }
    }

    private final Chance chance;
    private final SimNames names;
    private final SimNetwork network;
    private final Trace trace;
    /** By name, since pools are followed in no order. */
    private final Map<String, Work> works = new TreeMap<>();

    private final Map<String, Work> cut = new TreeMap<>();

    SimRepeats(Chance chance, SimNames names, SimNetwork network, Trace trace) {
        this.chance = chance;
        this.names = names;
        this.network = network;
        this.trace = trace;
    }

    @Override
    public Runnable begin(String name, Supplier<Duration> pause, Round round) {
        Work work = new Work(name, pause, round);
        works.put(name, work);
        wait(work);
        return () -> {
            works.remove(name, work);
            cut.put(name, work);
        };
    }

    /** An answer holds for the interval at most, and nobody is asked all the time. */
    private void wait(Work work) {
        Duration pause = work.pause.get();
        network.rules()
                .check(
                        pause.compareTo(Plan.RESOLVE_EVERY) <= 0 && pause.compareTo(Plan.RESOLVE_AT_MOST_EVERY) >= 0,
                        () -> work.name + " pauses for " + pause);
        work.dueNanos = network.now() + pause.toNanos();
    }

    /** Whether anything is looked up again and again. */
    boolean isBusy() {
        return !works.isEmpty();
    }

    boolean isDue() {
        return !cut.isEmpty() || works.values().stream().anyMatch(this::isDue);
    }

    private boolean isDue(Work work) {
        return work.dueNanos - network.now() <= 0;
    }

    /** The look-ups that are due, and those that were stopped in the middle. */
    void run() {
        List<Work> stopped = new ArrayList<>(cut.values());
        cut.clear();
        for (Work work : stopped) {
            if (chance.oneIn(4)) {
                interrupt(work);
            }
        }
        for (Work work : List.copyOf(works.values())) {
            if (isDue(work)) {
                trace.note(work.name, "is due");
                run(work);
                wait(work);
            }
        }
    }

    private void interrupt(Work work) {
        trace.note(work.name, "is interrupted");
        names.asks(SimNames.Asked.INTERRUPTED);
        try {
            work.round.run();
            network.rules().fail(work.name + " does not heed an interrupt");
        } catch (InterruptedException heeded) {
            names.asks(SimNames.Asked.FIRST);
        }
        boolean _ = Thread.interrupted(); // the mark of the round
    }

    private void run(Work work) {
        names.asks(SimNames.Asked.AGAIN);
        try {
            work.round.run();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        names.asks(SimNames.Asked.FIRST);
    }
}
