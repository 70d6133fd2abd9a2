package dev.usher.server;

import dev.usher.config.ListenerConfig;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** File descriptors: how many the process may have, and how many the configuration can come to need. */
final class Descriptors {
    /** The client side and the backend side. */
    private static final int PER_CONNECTION = 2;
    /** Jars, logs, selectors, listening sockets, the admin side. */
    private static final int BASE = 200;

    private static final Pattern SOFT_LIMIT = Pattern.compile("Max open files +(\\d+)");

    private Descriptors() {}

    /** The process's limit, which the JVM has raised as far as it may; empty where the system does not say. */
    static OptionalLong limit() {
        try {
            Matcher limit = SOFT_LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
            return limit.find() ? OptionalLong.of(Long.parseLong(limit.group(1))) : OptionalLong.empty();
        } catch (IOException | NumberFormatException notLinux) {
            return OptionalLong.empty();
        }
    }

    /** What all connections that are allowed at once need. */
    static long needed(UsherConfig config) {
        return PER_CONNECTION * connections(config) + BASE;
    }

    /** What is too much about the configuration, and what to do; null if it fits. */
    static @Nullable String shortage(UsherConfig config, long limit) {
        if (needed(config) <= limit) {
            return null;
        }
        long fitting = Math.max(1, (limit - BASE) / PER_CONNECTION);
        return "%d connections can need %d descriptors, and this process may have %d: beyond about %d connections it will"
                        .formatted(connections(config), needed(config), limit, fitting)
                + " take no more until others end. Raise the limit (LimitNOFILE= in a unit, ulimit -n in a shell), or set"
                + " limits.max_connections to " + fitting;
    }

    private static long connections(UsherConfig config) {
        long onListeners = config.listeners().values().stream()
                .mapToLong(ListenerConfig::maxConnections)
                .sum();
        return Math.min(config.limits().maxConnections(), onListeners);
    }
}
