package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.LoggingConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ResolveConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/configuration.md has every key that the records have, and no other. */
class ConfigurationDocTest {
    private static final List<Class<? extends Record>> RECORDS = List.of(
            UsherConfig.class,
            ListenerConfig.class,
            ClientHelloConfig.class,
            RouteConfig.class,
            PoolConfig.class,
            BackendConfig.class,
            TimeoutsConfig.class,
            HealthCheckConfig.class,
            EjectionConfig.class,
            ResolveConfig.class,
            LimitsConfig.class,
            LimitsConfig.PerClientIp.class,
            ShutdownConfig.class,
            ReloadConfig.class,
            AdminConfig.class,
            AdminConfig.Token.class,
            AdminConfig.Tls.class,
            LoggingConfig.class,
            LoggingConfig.AccessLogConfig.class);

    /** What no key says: the key of the mapping itself is the name or pattern, and a file is said by its path. */
    private static final Set<String> NOT_KEYS = Set.of("pattern", "file");

    /** What only the reader knows: it is gone once the file is read. */
    private static final Set<String> OF_THE_READER = Set.of("version", "include", "defaults");

    @Test
    void hasEveryKeyAndNoOther() throws IOException {
        String text = Files.readString(Path.of("..", "docs", "configuration.md"));
        Set<String> keys = keys();
        Set<String> quoted = new TreeSet<>();
        Matcher words = Pattern.compile("`([a-z][a-z0-9_]*)`").matcher(text);
        while (words.find()) {
            quoted.add(words.group(1));
        }
        Set<String> missing = new TreeSet<>(keys);
        missing.removeAll(quoted);
        assertEquals(Set.of(), missing, "keys without a word in docs/configuration.md");

        Set<String> firstOfRow = new TreeSet<>();
        Matcher rows = Pattern.compile("(?m)^\\| `([a-z][a-z0-9_]*)` \\|")
                .matcher(text.replaceAll("(?s)### `balance`.*?###", "###"));
        while (rows.find()) {
            firstOfRow.add(rows.group(1));
        }
        firstOfRow.removeAll(keys);
        assertEquals(Set.of(), firstOfRow, "keys of docs/configuration.md that no record has");
    }

    /** Every key that a file may have. */
    static Set<String> keys() {
        Set<String> keys = RECORDS.stream()
                .flatMap(record -> Arrays.stream(record.getRecordComponents()))
                .map(RecordComponent::getName)
                .map(ConfigurationDocTest::key)
                .filter(key -> !NOT_KEYS.contains(key))
                .collect(Collectors.toCollection(TreeSet::new));
        keys.addAll(OF_THE_READER);
        return keys;
    }

    /** maxSizeBytes is max_size in the file: units are written in the value. */
    private static String key(String component) {
        return component
                .replaceAll("(?<=Size)Bytes$|Percent$", "")
                .replaceAll("([A-Z])", "_$1")
                .toLowerCase(Locale.ROOT);
    }
}
