package dev.usher.admin;

import dev.usher.admin.Attention.Entry;
import dev.usher.admin.Attention.Entry.Kind;
import dev.usher.admin.Attention.Entry.Severity;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * As much of what needs attention as one look takes in, and how much there is in all. A mass outage must not hide that the
 * configuration was refused as well: each kind has its share.
 *
 * @param entries some of all, the worst first
 * @param counts of all, by severity; every severity has one
 */
public record Pressing(List<Entry> entries, Map<Severity, Integer> counts) {
    /** Fit on a screen, of a terminal too. */
    public static final int AT_ONCE = 10;

    /** @param all the worst first */
    static Pressing of(List<Entry> all, int most) {
        Map<Severity, Integer> counts = new EnumMap<>(Severity.class);
        for (Severity severity : Severity.values()) {
            counts.put(severity, 0);
        }
        all.forEach(entry -> counts.merge(entry.severity(), 1, Integer::sum));
        return new Pressing(all.size() <= most ? List.copyOf(all) : chosen(all, most), counts);
    }

    /** One of each kind in turn, until there are as many as are wanted. */
    private static List<Entry> chosen(List<Entry> all, int most) {
        Map<Kind, Deque<Entry>> byKind = new LinkedHashMap<>();
        all.forEach(entry ->
                byKind.computeIfAbsent(entry.kind(), _ -> new ArrayDeque<>()).add(entry));
        Set<Entry> taken = Collections.newSetFromMap(new IdentityHashMap<>()); // two may say the same
        while (taken.size() < most) {
            for (Deque<Entry> kind : byKind.values()) {
                if (!kind.isEmpty() && taken.size() < most) {
                    taken.add(kind.removeFirst());
                }
            }
        }
        return all.stream().filter(taken::contains).toList();
    }

    /** How many there are in all. */
    public int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** As {@code and 190 more}; empty if these are all. */
    public String more() {
        int more = total() - entries.size();
        return more == 0 ? "" : "and " + more + " more";
    }
}
