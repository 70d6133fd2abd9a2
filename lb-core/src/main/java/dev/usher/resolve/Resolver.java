package dev.usher.resolve;

import dev.usher.config.HostPort;
import dev.usher.config.ResolveConfig;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers for names. A question blocks, for {@code resolve.timeout} at most. */
@FunctionalInterface
public interface Resolver {
    /** The addresses of a host name; not empty. */
    Answer addresses(String host) throws LookupException;

    /** The SRV records of a name (RFC 2782); not empty. */
    default Services services(String name) throws LookupException {
        throw LookupException.failed("SRV records need resolve.servers");
    }

    /**
     * Addresses of a name.
     *
     * @param ttl time for which the addresses hold; null if unknown
     */
    record Answer(List<InetAddress> addresses, @Nullable Duration ttl) {
        public Answer {
            addresses = List.copyOf(addresses);
        }
    }

    /** Places of a service. */
    record Services(List<Service> services, Duration ttl) {
        public Services {
            services = List.copyOf(services);
        }
    }

    /**
     * A place of a service.
     *
     * @param priority 0..65535; the lowest comes first
     * @param weight 0..65535, among places of the same priority
     * @param address host name and port
     */
    record Service(int priority, int weight, HostPort address) {}

    /** The resolver for backends of the configuration. */
    static Resolver ofBackends(ResolveConfig config) {
        return config.servers().isEmpty()
                ? SystemResolver.ofMachine(config.timeout())
                : new DnsResolver(config, config.hostsFile());
    }

    /** The resolver for names that clients choose: no file of hosts, no search domain. */
    static Resolver ofClients(ResolveConfig config) {
        return config.servers().isEmpty() ? SystemResolver.absolute(config.timeout()) : new DnsResolver(config, false);
    }
}
