package dev.usher.admin.attention;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
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
 * A screenful of the list of things that need attention, with counts of the whole list. Each kind of entry has a share,
 * so that a mass outage does not hide, for example, a refused configuration.
 *
 * @param entries a part of the list, the worst first
 * @param counts of the whole list; every severity has a count
 */
public record Pressing(List<Entry> entries, Map<Severity, Integer> counts) {
    /** Entries that fit on a screen, even a terminal's. */
    public static final int AT_ONCE = 10;

    /**
     * The first entries of a list, with a share for each kind.
     *
     * @param all the whole list, the worst first
     */
    public static Pressing of(List<Entry> all, int most) {
        Map<Severity, Integer> counts = new EnumMap<>(Severity.class);
        for (Severity severity : Severity.values()) {
            counts.put(severity, 0);
        }
        all.forEach(entry -> counts.merge(entry.severity(), 1, Integer::sum));
        return new Pressing(all.size() <= most ? List.copyOf(all) : chosen(all, most), counts);
    }

    /** Takes an entry of each kind in turn, up to the limit. */
    private static List<Entry> chosen(List<Entry> all, int most) {
        Map<Kind, Deque<Entry>> byKind = new LinkedHashMap<>();
        all.forEach(entry ->
                byKind.computeIfAbsent(entry.kind(), _ -> new ArrayDeque<>()).add(entry));
        Set<Entry> taken = Collections.newSetFromMap(new IdentityHashMap<>()); // two entries may be equal
        while (taken.size() < most) {
            for (Deque<Entry> kind : byKind.values()) {
                if (!kind.isEmpty() && taken.size() < most) {
                    taken.add(kind.removeFirst());
                }
            }
        }
        return all.stream().filter(taken::contains).toList();
    }

    /** Length of the whole list. */
    public int total() {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Text as {@code and 190 more}; empty if the list is complete. */
    public String more() {
        int more = total() - entries.size();
        return more == 0 ? "" : "and " + more + " more";
    }
}
