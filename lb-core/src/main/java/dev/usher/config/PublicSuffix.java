package dev.usher.config;

import java.util.Set;

/**
 * Suffixes under which anybody can register a name, by a rule of thumb: a single label, or a country's two letters
 * under one of the labels that registries use. The list of publicsuffix.org has some thousands more, of single regions
 * and of hosting companies.
 */
public final class PublicSuffix {
    private static final Set<String> REGISTRIES = Set.of(
            "ac", "co", "com", "edu", "gen", "go", "gob", "gouv", "gov", "gv", "id", "ind", "info", "ltd", "me", "mil",
            "net", "ne", "nom", "or", "org", "plc", "sch", "web");

    private PublicSuffix() {}

    /**
     * True for a name that stands for many owners.
     *
     * @param suffix in normal form, without a dot in front
     */
    public static boolean is(String suffix) {
        int dot = suffix.indexOf('.');
        return dot < 0 || (suffix.length() - dot == 3 && REGISTRIES.contains(suffix.substring(0, dot)));
    }
}
