package dev.usher.server.convert;

import dev.usher.config.PoolConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Names of pools and listeners for usher's file, near to the peer's. */
final class ConfigNames {
    private static final Set<String> RESERVED = Set.of("reject", "close", "none", "default_route", "no_sni_route");
    /** Room for a number behind the name. */
    private static final int MAX_LENGTH = 58;

    private final Map<String, String> given = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private final String otherwise;

    /** @param otherwise for a name without a usable character */
    ConfigNames(String otherwise) {
        this.otherwise = otherwise;
    }

    /** The same name for the same text each time. */
    String of(String text) {
        return given.computeIfAbsent(text, this::fresh);
    }

    /** A name of its own for each call. */
    String fresh(String text) {
        String plain =
                text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_]+", "-").replaceAll("^-+|-+$", "");
        String cut = plain.substring(0, Math.min(plain.length(), MAX_LENGTH));
        String base = cut.isEmpty() ? otherwise : RESERVED.contains(cut) ? cut + "-" + otherwise : cut;
        String name = base;
        for (int i = 2; !taken.add(name); i++) {
            name = base + "-" + i;
        }
        assert PoolConfig.isPoolName(name);
        return name;
    }
}
