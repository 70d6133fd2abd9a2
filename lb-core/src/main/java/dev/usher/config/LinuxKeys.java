package dev.usher.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Settings that {@link Transport#EPOLL} alone can follow: the JDK's channels have no such option. */
public final class LinuxKeys {
    private LinuxKeys() {}

    /** The settings that are used, in words; null if there is none. */
    public static @Nullable String needing(Collection<ListenerConfig> listeners, Collection<PoolConfig> pools) {
        List<String> used = new ArrayList<>();
        listeners.forEach(listener -> add(used, "listeners." + listener.name(), key(listener)));
        pools.forEach(pool -> add(used, "pools." + pool.name(), key(pool)));
        if (used.isEmpty()) {
            return null;
        }
        int more = used.size() - 1;
        return used.getFirst() + (more == 0 ? " needs" : " and " + more + " more of such settings need")
                + " transport: epoll";
    }

    /** The same for {@code transport: nio}, with the remedy. */
    public static @Nullable String faultWithNio(Collection<ListenerConfig> listeners, Collection<PoolConfig> pools) {
        String needing = needing(listeners, pools);
        return needing == null ? null : needing + ": write transport: auto, or leave the key out";
    }

    private static void add(List<String> used, String owner, @Nullable String key) {
        if (key != null) {
            used.add(owner + "." + key);
        }
    }

    private static @Nullable String key(ListenerConfig listener) {
        return listener.bind().stream().anyMatch(LinuxKeys::isAbstract)
                ? "bind"
                : listener.options().firstKey();
    }

    private static boolean isAbstract(Address address) {
        return address instanceof UnixPath path && path.isAbstract();
    }

    private static @Nullable String key(PoolConfig pool) {
        if (pool.transparent()) {
            return "transparent";
        }
        if (pool.backends().stream().map(BackendConfig::address).anyMatch(LinuxKeys::isAbstract)) {
            return "backends";
        }
        return pool.tcpUserTimeout() == null ? null : "tcp_user_timeout";
    }
}
