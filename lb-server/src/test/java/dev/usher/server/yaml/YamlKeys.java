package dev.usher.server.yaml;

import dev.usher.config.AddressRules;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.ClientTls;
import dev.usher.config.ConsulSource;
import dev.usher.config.DockerSource;
import dev.usher.config.EjectionConfig;
import dev.usher.config.ExecSource;
import dev.usher.config.Expectation;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.HttpSource;
import dev.usher.config.KubernetesSource;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.LoggingConfig;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Setting;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Silent;
import dev.usher.config.SocketRights;
import dev.usher.config.SourceConfig;
import dev.usher.config.SourceKind;
import dev.usher.config.Spelling;
import dev.usher.config.Target;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The keys of the file, as the records have them. */
public final class YamlKeys {
    private static final List<Class<? extends Record>> RECORDS = List.of(
            UsherConfig.class,
            ListenerConfig.class,
            SocketRights.class,
            ListenOptions.class,
            OwnRoutes.class,
            ForwardProxy.class,
            ClientHelloConfig.class,
            NotTls.class,
            NotTls.Postgres.class,
            Silent.class,
            HttpConfig.class,
            HttpRule.class,
            Target.class,
            RouteConfig.class,
            PoolConfig.class,
            AddressRules.class,
            BackendConfig.class,
            TimeoutsConfig.class,
            HealthCheckConfig.class,
            EjectionConfig.class,
            ResolveConfig.class,
            Expectation.class,
            LimitsConfig.class,
            LimitsConfig.PerClientIp.class,
            ShutdownConfig.class,
            ReloadConfig.class,
            SourceConfig.class,
            HttpSource.class,
            ExecSource.class,
            DockerSource.class,
            ConsulSource.class,
            KubernetesSource.class,
            ClientTls.class,
            AdminConfig.class,
            AdminConfig.Token.class,
            AdminConfig.Tls.class,
            LoggingConfig.class,
            LoggingConfig.AccessLogConfig.class);

    /** Components without a key: the key of the mapping itself is the name or pattern, and a file is said by its path. */
    private static final Set<String> NOT_KEYS = Set.of(
            "pattern",
            "file",
            "target",
            "own",
            "address_rules",
            "forward_proxy",
            "rights",
            "options",
            "kind",
            "tls_files",
            "origin",
            "refused");

    /** Keys that only the reader knows: they are gone once the file is read. */
    static final Set<String> OF_THE_READER = Set.of("version", "include", "defaults", "expect");

    /** Keys of a route that its pool has once the file is read. */
    private static final List<String> OF_THE_POOL_OF_A_ROUTE = List.of("to", "deny_to");

    /** Records whose name is the key of their own mapping. */
    private static final Set<Class<?>> NAMED = Set.of(ListenerConfig.class, PoolConfig.class, SourceConfig.class);

    private YamlKeys() {}

    /** Every key that a file may have. */
    static Set<String> all() {
        Set<String> keys = new TreeSet<>(OF_THE_READER);
        RECORDS.forEach(record -> components(record).forEach(component -> keys.add(Setting.key(component))));
        return keys;
    }

    /** A key in a section, with the words that it takes, as in {@code : round-robin, first}. */
    record KeyPlace(String section, String key, String words) {}

    /** Each key in each section that has it. */
    static List<KeyPlace> places() {
        List<KeyPlace> places = new ArrayList<>();
        OF_THE_READER.stream().sorted().forEach(key -> places.add(new KeyPlace("usher", key, "")));
        OF_THE_POOL_OF_A_ROUTE.forEach(key -> places.add(new KeyPlace("route", key, "")));
        for (Class<? extends Record> record : RECORDS) {
            components(record)
                    .forEach(component ->
                            places.add(new KeyPlace(section(record), Setting.key(component), words(component))));
        }
        return places;
    }

    /** Each key behind its section, as {@code pool.balance: round-robin, first}. */
    public static List<String> bySection() {
        return places().stream()
                .map(place -> place.section() + "." + place.key() + place.words())
                .toList();
    }

    private static List<RecordComponent> components(Class<? extends Record> record) {
        return Arrays.stream(record.getRecordComponents())
                .filter(component -> !isNoKey(component))
                .toList();
    }

    /** Whether the file has no key for the component. */
    static boolean isNoKey(RecordComponent component) {
        return NOT_KEYS.contains(Setting.key(component))
                || (NAMED.contains(component.getDeclaringRecord())
                        && component.getName().equals("name"));
    }

    /** The section of each record with a mapping of its own. */
    static Map<Class<?>, String> sections() {
        return RECORDS.stream()
                .filter(record -> !Setting.BESIDE_THEIR_OWNER.contains(record))
                .filter(record -> !SourceKind.class.isAssignableFrom(record))
                .collect(Collectors.toMap(record -> record, YamlKeys::section));
    }

    private static String section(Class<? extends Record> record) {
        if (SourceKind.class.isAssignableFrom(record) || record == ClientTls.class) {
            return "source";
        }
        if (Setting.BESIDE_THEIR_OWNER.contains(record)) {
            return record == Target.class ? "route" : record == AddressRules.class ? "pool" : "listener";
        }
        return record.getSimpleName()
                .replaceAll("Config$", "")
                .replaceAll("(?<=[a-z])([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }

    private static String words(RecordComponent component) {
        Object[] constants = component.getType().getEnumConstants();
        if (constants == null) {
            return "";
        }
        return ": "
                + String.join(
                        ", ",
                        Arrays.stream(constants)
                                .map(constant -> Spelling.of((Enum<?>) constant))
                                .toList());
    }
}
