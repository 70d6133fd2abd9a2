package dev.usher.server.convert;

import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds a port for the admin side. */
final class AdminPort {
    private AdminPort() {}

    /** The admin side on the first port, from the usual port on, without a listener or a backend. */
    static AdminConfig beside(Collection<ListenerConfig> listeners, Collection<PoolConfig> pools) {
        Stream<HostPort> listening = listeners.stream().flatMap(listener -> listener.bind().stream());
        Stream<HostPort> backends =
                pools.stream().flatMap(pool -> pool.backends().stream()).map(BackendConfig::address);
        Set<Integer> used =
                Stream.concat(listening, backends).map(HostPort::port).collect(Collectors.toSet());
        AdminConfig usual = AdminConfig.DEFAULT;
        HostPort bind = Objects.requireNonNull(usual.bind());
        while (used.contains(bind.port())) {
            bind = new HostPort(bind.host(), bind.port() + 1);
        }
        return new AdminConfig(bind, usual.allowedHosts(), usual.tokens(), usual.tls(), usual.readOnly());
    }
}
