package dev.usher.admin.attention;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.config.Address;
import dev.usher.config.HostPort;
import dev.usher.pool.BackendState;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Backend names with one address family that has never answered, while the other family serves: usually a machine
 * without an IPv6 route. Harmless, permanent, and easy to remedy, so each name gets a single entry, instead of an entry
 * per address.
 */
final class AddressFamilies {
    private final List<Entry> entries = new ArrayList<>();
    private final Set<BackendView> dead = Collections.newSetFromMap(new IdentityHashMap<>());

    AddressFamilies(List<PoolView> pools) {
        pools.stream().filter(AddressFamilies::servesInPart).forEach(this::look);
    }

    /** Whether some backends serve and some are down: few of many pools, and only such a pool can have a dead family. */
    private static boolean servesInPart(PoolView pool) {
        return pool.serving() > 0 && pool.backends().stream().anyMatch(backend -> backend.state() == BackendState.DOWN);
    }

    private void look(PoolView pool) {
        Map<String, List<BackendView>> byName = new LinkedHashMap<>();
        for (BackendView backend : pool.backends()) {
            byName.computeIfAbsent(backend.configuredName(), _ -> new ArrayList<>())
                    .add(backend);
        }
        byName.forEach((name, addresses) -> {
            look(pool, name, addresses, true);
            look(pool, name, addresses, false);
        });
    }

    private void look(PoolView pool, String name, List<BackendView> addresses, boolean ipv6) {
        List<BackendView> family =
                addresses.stream().filter(backend -> isIpv6(backend) == ipv6).toList();
        boolean otherServes =
                addresses.stream().anyMatch(backend -> isIpv6(backend) != ipv6 && backend.state() == BackendState.UP);
        boolean isDead = !family.isEmpty()
                && family.stream().allMatch(backend -> backend.state() == BackendState.DOWN && !backend.wasReached());
        if (!isDead || !otherServes) {
            return;
        }
        dead.addAll(family);
        String works = ipv6 ? "ipv4" : "ipv6";
        entries.add(new Entry(
                Entry.Severity.INFO,
                Entry.Kind.ADDRESS_FAMILY,
                "backend " + name + " of pool " + pool.name(),
                "its " + (ipv6 ? "IPv6" : "IPv4") + " addresses (" + family.size() + " of " + addresses.size()
                        + ") have never answered: " + family.getFirst().reason()
                        + ". Set resolve: { family: " + works + " } in the pool, or fix the network path to them",
                family.stream()
                        .map(BackendView::since)
                        .min(Comparator.naturalOrder())
                        .orElse(Instant.EPOCH),
                "pools?filter=" + URLEncoder.encode(name, StandardCharsets.UTF_8)));
    }

    private static boolean isIpv6(BackendView backend) {
        return Address.parse(backend.address()) instanceof HostPort tcp && tcp.isIpv6Literal();
    }

    /** The entries: one per name and dead family. */
    List<Entry> entries() {
        return entries;
    }

    /** Whether an entry already covers this backend. */
    boolean tellOf(BackendView backend) {
        return dead.contains(backend);
    }
}
