package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.RoutePattern;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A whole answer of a source.
 *
 * @param pools backends by the source's own name for the pool
 * @param refused share of new sessions that leads nowhere, in percent, of the pools with such a share
 * @param claims names, the older claim first
 * @param leftOut unused parts of the answer
 */
record Offer(
        Map<String, List<BackendConfig>> pools,
        Map<String, Integer> refused,
        List<Claim> claims,
        List<LeftOut> leftOut) {
    static final Offer EMPTY = new Offer(Map.of(), Map.of(), List.of(), List.of());

    Offer {
        Map<String, List<BackendConfig>> copies = new LinkedHashMap<>();
        pools.forEach((name, backends) -> copies.put(name, List.copyOf(backends)));
        pools = copies;
        refused = Map.copyOf(refused);
        claims = List.copyOf(claims);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * A name, and the place in the source.
     *
     * @param place for people, such as {@code container web-1}
     */
    record Claim(RoutePattern pattern, String pool, String place) {}

    /** An unused part, and the reason. */
    record LeftOut(String place, String why) {
        @Override
        public String toString() {
            return place + ": " + why;
        }
    }

    /** The names, in the spelling for comparisons. */
    Set<String> names() {
        return claims.stream()
                .map(claim -> claim.pattern().canonical())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    boolean isEmpty() {
        return claims.isEmpty();
    }

    int backends() {
        return pools.values().stream().mapToInt(List::size).sum();
    }
}
