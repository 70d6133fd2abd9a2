package dev.usher.kubernetes;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Host names of listeners and routes. {@code *.x} means any depth below x, as in usher's own routes. */
final class Hostnames {
    private static final String ANY_BELOW = "*.";

    private Hostnames() {}

    /**
     * The names that a listener and a route have in common, the narrower of two.
     *
     * @param listener null allows every name
     * @param route empty for the names of the listener
     */
    static List<String> common(@Nullable String listener, List<String> route) {
        if (route.isEmpty()) {
            return listener == null || listener.isEmpty() ? List.of() : List.of(lower(listener));
        }
        return route.stream()
                .map(name ->
                        listener == null || listener.isEmpty() ? lower(name) : narrower(lower(listener), lower(name)))
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .distinct()
                .toList();
    }

    private static @Nullable String narrower(String one, String other) {
        return Stream.of(one, other)
                .filter(name -> isWithin(name, one) && isWithin(name, other))
                .findFirst()
                .orElse(null);
    }

    private static boolean isWithin(String name, String pattern) {
        return name.equals(pattern) || (pattern.startsWith(ANY_BELOW) && name.endsWith(pattern.substring(1)));
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
