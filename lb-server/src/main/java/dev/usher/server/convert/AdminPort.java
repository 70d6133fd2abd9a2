package dev.usher.server.convert;

import dev.usher.config.Address;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Finds a port for the admin side. */
final class AdminPort {
    private AdminPort() {}

    /** The admin side on the first port, from the usual port on, without a listener or a backend. */
    static AdminConfig beside(Collection<ListenerConfig> listeners, Collection<PoolConfig> pools) {
        Stream<Address> listening = listeners.stream().flatMap(listener -> listener.bind().stream());
        Stream<Address> backends =
                pools.stream().flatMap(pool -> pool.backends().stream()).map(BackendConfig::address);
        List<Address> used = Stream.concat(listening, backends).toList();
        AdminConfig usual = AdminConfig.DEFAULT;
        HostPort bind = Objects.requireNonNull(usual.bind());
        while (hasPort(used, bind.port())) {
            bind = new HostPort(bind.host(), bind.port() + 1);
        }
        return new AdminConfig(bind, usual.allowedHosts(), usual.tokens(), usual.tls(), usual.readOnly());
    }

    private static boolean hasPort(List<Address> addresses, int port) {
        return addresses.stream().anyMatch(address -> address.hasPort(port));
    }
}
