package dev.usher.server;

import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** File descriptors: the process's limit, and the number that the configuration can need. */
final class Descriptors {
    /** The client side and the backend side. */
    private static final int PER_CONNECTION = 2;
    /** Listening sockets, logs, probes, the admin side. */
    private static final int RESERVE = 64;
    /** Jars, and files that the JVM has open from the start. */
    private static final int USUALLY_OPEN = 64;

    private static final String RAISE = "Raise the limit (LimitNOFILE= in a unit, ulimit -n in a shell)";
    private static final Pattern SOFT_LIMIT = Pattern.compile("Max open files +(\\d+)");

    private Descriptors() {}

    /** The process's soft limit, which the JVM has raised to the hard limit; empty if the system does not say. */
    static OptionalLong limit() {
        try {
            Matcher limit = SOFT_LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
            return limit.find() ? OptionalLong.of(Long.parseLong(limit.group(1))) : OptionalLong.empty();
        } catch (IOException | NumberFormatException notLinux) {
            return OptionalLong.empty();
        }
    }

    /** Connections that the limit has room for. The process takes no more, whatever is configured. */
    static int connections() {
        OptionalLong limit = limit();
        return limit.isEmpty() ? Integer.MAX_VALUE : (int) Math.min(Integer.MAX_VALUE, fitting(limit.getAsLong()));
    }

    private static long fitting(long limit) {
        return Math.max(1, (limit - RESERVE - USUALLY_OPEN) / PER_CONNECTION);
    }

    /** Descriptors for the most connections that the configuration allows at once. */
    static long needed(UsherConfig config) {
        return PER_CONNECTION * connections(config) + RESERVE + USUALLY_OPEN;
    }

    /** The shortage and its remedy, for people; null if the descriptors suffice. */
    static @Nullable String shortage(UsherConfig config, long limit) {
        if (needed(config) <= limit) {
            return null;
        }
        return isAskedFor(config)
                ? "%d connections can need %d file descriptors, and this process may have %d: they allow %d connections at once;"
                                .formatted(connections(config), needed(config), limit, fitting(limit))
                        + " more will wait. " + RAISE + ", or set limits.max_connections to "
                        + fitting(limit)
                : "%d file descriptors allow %d connections at once (2 each); more will wait. "
                                .formatted(limit, fitting(limit))
                        + RAISE;
    }

    /** True if the configuration sets a number of connections. An unreachable default is no fault. */
    static boolean isAskedFor(UsherConfig config) {
        return config.limits().maxConnections() != LimitsConfig.DEFAULT.maxConnections()
                || config.listeners().values().stream()
                        .anyMatch(listener -> listener.maxConnections() != ListenerConfig.DEFAULT_MAX_CONNECTIONS);
    }

    private static long connections(UsherConfig config) {
        long onListeners = config.listeners().values().stream()
                .mapToLong(ListenerConfig::maxConnections)
                .sum();
        return Math.min(config.limits().maxConnections(), onListeners);
    }
}
