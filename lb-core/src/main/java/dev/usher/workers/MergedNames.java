package dev.usher.workers;

import dev.usher.metrics.NameSketch;
import dev.usher.name.ServerName;
import dev.usher.relay.NamesAsked;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import dev.usher.view.NameCount;
import dev.usher.view.TopNames;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The names most asked for by clients, merged over the workers. */
public final class MergedNames {
    record Entry(String name, long count, long error, long seenNanos) {}

    /** A copy of a worker's sketch at the time of asking. */
    record Copy(long total, long floor, List<Entry> entries) {
        static Copy of(NameSketch sketch) {
            List<Entry> entries = new ArrayList<>(NamesAsked.CAPACITY);
            sketch.forEach((name, count, error, seenNanos) -> entries.add(new Entry(name, count, error, seenNanos)));
            return new Copy(sketch.total(), sketch.floor(), entries);
        }
    }

    private MergedNames() {}

    /** The most frequent names that match {@code wanted}, at most {@code limit}. */
    public static TopNames top(Workers workers, Clock clock, Predicate<NameCount> wanted, int limit)
            throws IOException {
        List<Copy> known = new ArrayList<>();
        List<Copy> unknown = new ArrayList<>();
        for (int i = 0; i < workers.count(); i++) {
            workers.on(i, sessions -> {
                known.add(Copy.of(sessions.names().known()));
                unknown.add(Copy.of(sessions.names().unknown()));
            });
        }
        Moment now = Moment.now(clock);
        return new TopNames(
                known.stream().mapToLong(Copy::total).sum(),
                unknown.stream().mapToLong(Copy::total).sum(),
                NamesAsked.CAPACITY,
                Stream.concat(merged(known, true, now), merged(unknown, false, now))
                        .filter(wanted)
                        .sorted(Comparator.comparingLong(NameCount::count).reversed())
                        .limit(limit)
                        .toList());
    }

    /**
     * Adds up the counts of the workers. A worker without a name may have counted the name up to its floor, or never.
     * So each name begins with the sum of the floors, and each worker with the name replaces its own floor by its
     * count.
     */
    static Stream<NameCount> merged(List<Copy> copies, boolean known, Moment now) {
        long floors = copies.stream().mapToLong(Copy::floor).sum();
        Map<String, Entry> sums = new HashMap<>();
        for (Copy copy : copies) {
            for (Entry entry : copy.entries()) {
                Entry added = new Entry(
                        entry.name(), entry.count() - copy.floor(), entry.error() - copy.floor(), entry.seenNanos());
                sums.merge(entry.name(), added, MergedNames::sum);
            }
        }
        return sums.values().stream()
                .map(sum -> new NameCount(
                        sum.name(),
                        known || ServerName.parse(sum.name()) != null,
                        known,
                        sum.count() + floors,
                        sum.error() + floors,
                        now.wall(sum.seenNanos())));
    }

    private static Entry sum(Entry a, Entry b) {
        long later = a.seenNanos() - b.seenNanos() > 0 ? a.seenNanos() : b.seenNanos();
        return new Entry(a.name(), a.count() + b.count(), a.error() + b.error(), later);
    }
}
