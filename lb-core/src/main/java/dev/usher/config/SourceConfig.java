package dev.usher.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A source of names and backends beside the file, asked while usher runs.
 *
 * @param name as in the file; ends the names of the pools, behind an {@code @}
 * @param type of {@code kind}
 * @param interval between two questions; the longest, for a source with reports of changes
 * @param timeout for a whole answer
 * @param names patterns allowed for the source; empty allows every name
 * @param to loopback, link-local and own addresses allowed for backends
 * @param allowEmpty whether an answer without names, or without more than half of the names before, holds at once
 * @param confirm time without a change after which such an answer holds; null waits for an operator
 * @param maxNames names in an answer
 * @param defaults settings of the source's pools
 */
public record SourceConfig(
        String name,
        SourceType type,
        SourceKind kind,
        Duration interval,
        Duration timeout,
        List<String> names,
        List<Cidr> to,
        boolean allowEmpty,
        @Nullable Duration confirm,
        int maxNames,
        PoolSettings defaults) {
    public static final DurationRange INTERVAL = new DurationRange(Duration.ofSeconds(1), Duration.ofDays(1));
    public static final DurationRange TIMEOUT = new DurationRange(Duration.ofMillis(100), Duration.ofMinutes(5));
    public static final DurationRange CONFIRM = new DurationRange(Duration.ofSeconds(1), Duration.ofDays(7));
    public static final IntRange MAX_NAMES = new IntRange(1, 100_000);

    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    public static final Duration DEFAULT_CONFIRM = Duration.ofMinutes(5);
    public static final int DEFAULT_MAX_NAMES = 1000;

    public SourceConfig {
        Check.name(name, "name of a source");
        Check.present(kind, "kind");
        Check.that(type == kind.type(), "type must be that of kind");
        INTERVAL.check(interval, "interval");
        TIMEOUT.check(timeout, "timeout");
        names = Check.distinct(names, "names");
        names.forEach(RoutePattern::parse);
        to = Check.distinct(to, "to");
        if (confirm != null) {
            CONFIRM.check(confirm, "confirm");
        }
        MAX_NAMES.check(maxNames, "max_names");
        Check.present(defaults, "defaults");
    }

    /** The rules for addresses of backends. */
    public AddressRules addressRules() {
        return new AddressRules(to, List.of());
    }

    /** The name of a pool of this source, in the configuration in force. */
    public String poolName(String own) {
        return own + "@" + name;
    }

    /** Whether the source may bring a route for the pattern: {@code names} has every name of the pattern. */
    public boolean mayBring(RoutePattern pattern) {
        return names.isEmpty()
                || names.stream().map(RoutePattern::parse).anyMatch(allowed -> isWithin(pattern, allowed));
    }

    private static boolean isWithin(RoutePattern pattern, RoutePattern allowed) {
        return switch (allowed.kind()) {
            case EXACT -> pattern.canonical().equals(allowed.canonical());
            case BELOW ->
                allowed.covers(pattern.name())
                        || (pattern.kind() == RoutePattern.Kind.BELOW
                                && pattern.name().equals(allowed.name()));
            case SELF_AND_BELOW -> allowed.covers(pattern.name());
        };
    }
}
