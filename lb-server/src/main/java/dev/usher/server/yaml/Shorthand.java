package dev.usher.server.yaml;

import dev.usher.config.Address;
import dev.usher.config.Balance;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.LoggingConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Hints for a mapping that is written as a single value or a list, such as {@code https: 0.0.0.0:8443}. */
final class Shorthand {
    private static final String LISTENER = "a listener";
    private static final String POOL = "a pool";
    /** A longer value would not fit on a line of a message. */
    private static final int MAX_VALUE = 100;

    private static final Predicate<String> NO = List.of("false", "no", "off")::contains;
    private static final Predicate<String> ADDRESS = parses(Address::parse);
    private static final Predicate<String> BIND = parses(Address::parseBind);
    private static final Predicate<String> DURATION = parses(Units::duration);
    private static final Predicate<String> SIZE = parses(Units::bytes);

    /**
     * A meaning of a value.
     *
     * @param form of the mapping, with % for the value
     */
    private record Meaning(Predicate<String> fits, String form) {}

    /** Meanings of a value by key, and for listeners and pools, whose keys the author chooses. */
    private static final Map<String, List<Meaning>> MEANINGS = Map.ofEntries(
            Map.entry(
                    LISTENER,
                    List.of(new Meaning(Shorthand::isPort, "{ bind: \":%\" }"), new Meaning(BIND, "{ bind: % }"))),
            Map.entry(POOL, List.of(new Meaning(ADDRESS, "{ backends: % }"))),
            Map.entry("listeners", List.of(new Meaning(BIND, "{ https: { bind: % } }"))),
            Map.entry("pools", List.of(new Meaning(ADDRESS, "{ web: { backends: % } }"))),
            Map.entry(
                    "routes",
                    List.of(
                            new Meaning(ADDRESS, "{ www.example.com: % }"),
                            new Meaning(PoolConfig::isPoolName, "{ www.example.com: % }"))),
            Map.entry(
                    "silent",
                    List.of(
                            new Meaning(DURATION, "{ pool: POOL, after: % }"),
                            new Meaning(ADDRESS, "{ pool: % }"),
                            new Meaning(PoolConfig::isPoolName, "{ pool: % }"))),
            Map.entry("alpn", List.of(new Meaning(PoolConfig::isPoolName, "{ acme-tls/1: % }"))),
            Map.entry("defaults", List.of(new Meaning(word(Balance.class), "{ balance: % }"))),
            Map.entry(
                    "health_check",
                    List.of(
                            new Meaning(NO, "none"),
                            new Meaning(word(HealthCheckConfig.Type.class), "{ type: % }"),
                            new Meaning(DURATION, "{ interval: % }"))),
            Map.entry("timeouts", List.of(new Meaning(DURATION, "{ connect: % }"))),
            Map.entry(
                    "ejection",
                    List.of(new Meaning(NO, "none"), new Meaning(Shorthand::isNumber, "{ consecutive_failures: % }"))),
            Map.entry(
                    "resolve",
                    List.of(
                            new Meaning(DURATION, "{ interval: % }"),
                            new Meaning(word(ResolveConfig.Family.class), "{ family: % }"))),
            Map.entry(
                    "limits",
                    List.of(
                            new Meaning(Shorthand::isNumber, "{ max_connections: % }"),
                            new Meaning(SIZE, "{ held_bytes: % }"))),
            Map.entry("per_client_ip", List.of(new Meaning(Shorthand::isNumber, "{ connections: % }"))),
            Map.entry("shutdown", List.of(new Meaning(DURATION, "{ drain: % }"))),
            Map.entry("reload", List.of(new Meaning(List.of("true", "false")::contains, "{ watch: % }"))),
            Map.entry("admin", List.of(new Meaning(NO, "none"), new Meaning(BIND, "{ bind: % }"))),
            Map.entry(
                    "logging",
                    List.of(
                            new Meaning(word(LoggingConfig.Level.class), "{ level: % }"),
                            new Meaning(word(LoggingConfig.Format.class), "{ format: % }"))),
            Map.entry(
                    "access",
                    List.of(
                            new Meaning(NO, "{ output: none }"),
                            new Meaning(text -> text.matches("stdout|none|.*/.*"), "{ output: % }"))),
            Map.entry(
                    "client_hello",
                    List.of(new Meaning(DURATION, "{ timeout: % }"), new Meaning(SIZE, "{ max_size: % }"))));

    private Shorthand() {}

    /**
     * The hint for a value in the place of a mapping; null if nothing is known of the value.
     *
     * @param called path of the value, for example {@code listeners.https}
     */
    static @Nullable String hint(String called, Item item) {
        String key = called.substring(called.lastIndexOf('.') + 1);
        return switch (item) {
            case Item.Scalar scalar
            when !scalar.secret() -> written(key, meanings(called), List.of(scalar.text()), quoted(scalar.text()));
            case Item.Listing listing -> ofList(key, called, listing.items());
            case Item.Scalar _, Item.Mapping _, Item.Null _, Item.Invalid _ -> null;
        };
    }

    private static @Nullable String ofList(String key, String called, List<Item> items) {
        if (!items.isEmpty() && items.stream().allMatch(Item.Mapping.class::isInstance)) {
            return "leave out the - in front of its keys";
        }
        List<String> texts = items.stream()
                .filter(item -> item instanceof Item.Scalar scalar && !scalar.secret())
                .map(item -> ((Item.Scalar) item).text())
                .toList();
        boolean whole = !texts.isEmpty() && texts.size() == items.size();
        String list = texts.stream().map(Shorthand::quoted).collect(Collectors.joining(", ", "[", "]"));
        return whole && takesList(called) ? written(key, meanings(called), texts, list) : null;
    }

    /** True for sections with a list of addresses. */
    private static boolean takesList(String called) {
        return called.startsWith("listeners") || called.startsWith("pools");
    }

    private static @Nullable String written(String key, List<Meaning> meanings, List<String> texts, String value) {
        return value.length() > MAX_VALUE
                ? null
                : meanings.stream()
                        .filter(meaning -> texts.stream().allMatch(meaning.fits()))
                        .findFirst()
                        .map(meaning -> "write " + key + ": " + meaning.form().replace("%", value))
                        .orElse(null);
    }

    private static List<Meaning> meanings(String called) {
        int dot = called.indexOf('.');
        boolean entry = dot > 0 && dot == called.lastIndexOf('.');
        String section = dot < 0 ? "" : called.substring(0, dot);
        String kind = entry && section.equals("listeners")
                ? LISTENER
                : entry && section.equals("pools") ? POOL : called.substring(called.lastIndexOf('.') + 1);
        return MEANINGS.getOrDefault(kind, List.of());
    }

    private static String quoted(String text) {
        return text.matches("[\\w./-]+") ? text : '"' + text + '"';
    }

    private static <E extends Enum<E>> Predicate<String> word(Class<E> type) {
        return Spelling.all(type)::contains;
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,9}");
    }

    private static boolean isPort(String text) {
        return text.matches("[0-9]{1,5}");
    }

    private static Predicate<String> parses(Function<String, ?> parser) {
        return text -> {
            try {
                return parser.apply(text) != null;
            } catch (IllegalArgumentException _) {
                return false;
            }
        };
    }
}
