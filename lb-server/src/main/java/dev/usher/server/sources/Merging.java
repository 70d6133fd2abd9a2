package dev.usher.server.sources;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.SourceConfig;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.named.BroughtAddress;
import dev.usher.server.sources.Offer.Claim;
import dev.usher.server.sources.Offer.LeftOut;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.Kept;
import dev.usher.server.yaml.ThisMachine;
import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Adds the answers of sources to the configuration of the files. The file wins, then the older claim to a name. The
 * loser, and all that a source may not bring, is left out; the rest applies.
 */
final class Merging {
    /** The address of {@code localhost}. */
    private static final String LOOPBACK = "127.0.0.1";

    private final UsherConfig ofFile;
    private final List<Kept> expected;
    private final ThisMachine machine = new ThisMachine();
    /** The owner of each name, in words, by the name's spelling for comparisons. */
    private final Map<String, String> taken = new HashMap<>();

    private final List<RouteConfig> routes = new ArrayList<>();
    private final Map<String, PoolConfig> pools = new LinkedHashMap<>();
    /** Pools without any usable backend. */
    private final Set<String> useless = new TreeSet<>();

    private final Map<String, List<LeftOut>> leftOut = new LinkedHashMap<>();

    /**
     * The configuration with everything.
     *
     * @param leftOut by source
     */
    record Merged(UsherConfig config, Map<String, List<LeftOut>> leftOut) {}

    /** A claim with its source. */
    private record Entry(SourceConfig source, Offer offer, Claim claim, Instant since) {}

    private Merging(ConfigResult.Valid read) {
        ofFile = read.config();
        expected = read.kept();
        ofFile.routes()
                .forEach(route -> taken.put(
                        route.pattern().canonical(),
                        "the file has routes." + route.pattern().text()));
    }

    /** @param answers the answers in force, by source */
    static Merged merge(ConfigResult.Valid ofFile, Map<String, Held> answers) {
        Merging merging = new Merging(ofFile);
        merging.add(answers);
        return new Merged(ofFile.config().withBrought(merging.routes, merging.pools), merging.leftOut);
    }

    private void add(Map<String, Held> answers) {
        List<Entry> entries = new ArrayList<>();
        ofFile.sources().forEach((name, source) -> {
            Held held = answers.get(name);
            if (held != null) {
                leftOut.put(name, new ArrayList<>(held.offer().leftOut()));
                held.offer()
                        .claims()
                        .forEach(claim -> entries.add(new Entry(source, held.offer(), claim, held.since(claim))));
            }
        });
        entries.sort(Comparator.comparing(Entry::since)); // stable: equally old claims in the order of the file
        entries.forEach(this::add);
    }

    private void add(Entry entry) {
        SourceConfig source = entry.source();
        Claim claim = entry.claim();
        RoutePattern pattern = claim.pattern();
        String owner = taken.get(pattern.canonical());
        Kept lost = lostTo(pattern);
        if (owner != null) {
            leaveOut(source, claim.place(), pattern.text() + " is taken: " + owner);
        } else if (!source.mayBring(pattern)) {
            leaveOut(source, claim.place(), pattern.text() + " is not among the names of the source");
        } else if (lost != null) {
            leaveOut(
                    source,
                    claim.place(),
                    pattern.text() + " would take " + lost.name() + " from the file, which expects another outcome: "
                            + lost.called());
        } else if (!hasPool(entry)) {
            leaveOut(source, claim.place(), pattern.text() + " has no backend that may be used");
        } else {
            taken.put(pattern.canonical(), "source " + source.name() + " has it, " + claim.place());
            routes.add(new RouteConfig(pattern, Target.of(source.poolName(claim.pool())), List.of(), null));
        }
    }

    /** An expectation of the file that a further route would break; null without one. */
    private @Nullable Kept lostTo(RoutePattern pattern) {
        return expected.stream()
                .filter(kept -> kept.losesTo(pattern))
                .findFirst()
                .orElse(null);
    }

    private void leaveOut(SourceConfig source, String place, String why) {
        leftOut.computeIfAbsent(source.name(), _ -> new ArrayList<>()).add(new LeftOut(place, why));
    }

    // ---- pools ----

    /** Makes the pool of a claim at the first use; false without a backend. */
    private boolean hasPool(Entry entry) {
        SourceConfig source = entry.source();
        String name = source.poolName(entry.claim().pool());
        if (pools.containsKey(name) || useless.contains(name)) {
            return pools.containsKey(name);
        }
        PoolConfig pool = pool(name, entry);
        if (pool == null) {
            useless.add(name);
        } else {
            pools.put(name, pool);
        }
        return pool != null;
    }

    private @Nullable PoolConfig pool(String name, Entry entry) {
        SourceConfig source = entry.source();
        List<BackendConfig> allowed = new ArrayList<>();
        for (BackendConfig backend :
                entry.offer().pools().getOrDefault(entry.claim().pool(), List.of())) {
            String refusal = refusal((HostPort) backend.address(), source);
            if (refusal == null) {
                allowed.add(backend);
            } else {
                leaveOut(
                        source,
                        "backend " + backend.address() + " of " + entry.claim().place(),
                        refusal);
            }
        }
        try {
            int refused = entry.offer().refused().getOrDefault(entry.claim().pool(), 0);
            return allowed.isEmpty() && refused < PoolConfig.REFUSED_PERCENT.max()
                    ? null
                    : source.defaults()
                            .refusing(name, allowed, refused)
                            .broughtBy(source.name(), source.addressRules());
        } catch (IllegalArgumentException fault) {
            leaveOut(source, entry.claim().place(), String.valueOf(fault.getMessage()));
            return null;
        }
    }

    /** The reason to leave a backend out, as far as known without a look-up; null if it may be used. */
    private @Nullable String refusal(HostPort address, SourceConfig source) {
        if (isUsher(address)) {
            return "is usher itself";
        }
        String known = address.isIpLiteral() ? address.host() : address.isLoopback() ? LOOPBACK : null;
        String refusal = known == null // then the answers of the look-up are checked
                ? null
                : BroughtAddress.refusal(InetAddress.ofLiteral(known), source.addressRules());
        return refusal == null ? null : refusal + ": `to` of the source would allow it";
    }

    private boolean isUsher(HostPort address) {
        Stream<HostPort> bound = ofFile.listeners().values().stream()
                .flatMap(listener -> listener.bind().stream())
                .filter(HostPort.class::isInstance)
                .map(HostPort.class::cast);
        return Stream.concat(bound, Stream.ofNullable(ofFile.admin().bind()))
                .anyMatch(bind -> machine.leadsTo(address, bind));
    }
}
