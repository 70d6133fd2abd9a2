package dev.usher.server;

import dev.usher.config.HostPort;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.pool.SocketText;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.stream.Collectors;

/** The size of a configuration, and addresses, in words. */
final class Summary {
    private Summary() {}

    /** For example "1 listener, 3 routes, 2 pools, 5 backends". */
    static String of(UsherConfig config) {
        int backends = config.pools().values().stream()
                .mapToInt(pool -> pool.backends().size())
                .sum();
        return Units.counted(config.listeners().size(), "listener") + ", "
                + Units.counted(config.routes().size(), "route") + ", "
                + Units.counted(config.pools().size(), "pool") + ", "
                + Units.counted(backends, "backend");
    }

    /** For example {@code 0.0.0.0:443, [::]:443}. */
    static String of(List<SocketAddress> addresses) {
        return addresses.stream().map(SocketText::of).collect(Collectors.joining(", "));
    }

    static HostPort of(InetSocketAddress address) {
        return HostPort.of(address.getAddress().getAddress(), address.getPort());
    }
}
