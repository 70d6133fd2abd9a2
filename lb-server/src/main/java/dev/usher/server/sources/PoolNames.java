package dev.usher.server.sources;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Names of pools for names of other programs: lower case, no foreign characters, and never the same name for two. */
final class PoolNames {
    /** Leaves room for a number behind the name. */
    private static final int MAX_LENGTH = 56;

    private final Map<String, String> known = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    /** The last number behind a wanted name: thousands may want the same. */
    private final Map<String, Integer> numbers = new HashMap<>();

    /** The name of the pool for a foreign name; the same for the same name. */
    String of(String foreign) {
        return known.computeIfAbsent(foreign, this::unused);
    }

    private String unused(String foreign) {
        String plain = foreign.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]+", "-");
        String wanted = plain.isEmpty() ? "-" : plain.substring(0, Math.min(plain.length(), MAX_LENGTH));
        String name = wanted;
        while (!used.add(name)) {
            name = wanted + "-" + numbers.merge(wanted, 2, (last, _) -> last + 1);
        }
        return name;
    }
}
