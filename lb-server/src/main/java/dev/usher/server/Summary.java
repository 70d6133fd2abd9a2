package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.Looks;
import dev.usher.config.HostPort;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.pool.SocketText;
import dev.usher.view.PoolView;
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
                + Units.counted(backends, "backend")
                + (config.sources().isEmpty()
                        ? ""
                        : ", " + Units.counted(config.sources().size(), "source"));
    }

    /** For example "serving on 2 listeners; 14 of 15 backends take sessions", or "draining; 3 sessions open". */
    static String state(LoadBalancer balancer) {
        Looks looks = balancer.looks();
        if (balancer.draining()) {
            return "draining; " + Units.counted(looks.openSessions(), "session") + " open";
        }
        List<PoolView> pools = looks.pools();
        int backends = pools.stream().mapToInt(pool -> pool.backends().size()).sum();
        int serving = pools.stream().mapToInt(PoolView::serving).sum();
        return "serving on " + Units.counted(looks.addresses().size(), "listener") + "; " + serving + " of "
                + Units.counted(backends, "backend") + (serving == 1 ? " takes" : " take") + " sessions";
    }

    /** For example {@code 0.0.0.0:443, [::]:443}. */
    static String of(List<SocketAddress> addresses) {
        return addresses.stream().map(SocketText::of).collect(Collectors.joining(", "));
    }

    static HostPort of(InetSocketAddress address) {
        return HostPort.of(address.getAddress().getAddress(), address.getPort());
    }
}
