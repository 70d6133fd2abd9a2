package dev.usher.config;

/**
 * An address that can serve.
 *
 * @param address unix socket, IP address or host name; a host name is resolved again every {@code resolve.interval}; or
 *     a template that each client fills in
 * @param weight share of new sessions relative to the rest of the pool
 * @param maxConnections sessions open at once; 0 is no limit
 * @param backup serves only while no other backend of the pool is up
 */
public record BackendConfig(Address address, int weight, int maxConnections, boolean backup) {
    public static final IntRange WEIGHT = new IntRange(1, 256);
    public static final IntRange MAX_CONNECTIONS = new IntRange(0, 10_000_000);

    public static final int DEFAULT_WEIGHT = 1;
    public static final int NO_LIMIT = 0;

    public BackendConfig {
        if (Check.present(address, "address") instanceof HostPort given) {
            Check.that(!given.host().isEmpty(), () -> "address must have a host, was " + given);
            if (!given.isTemplate() && !given.isService()) {
                HostPort.PORT.check(given.port(), "port");
            }
            Check.that(
                    !given.isService() || (weight == DEFAULT_WEIGHT && !backup),
                    () -> "weight and backup of " + given + " come from its SRV records");
        }
        WEIGHT.check(weight, "weight");
        MAX_CONNECTIONS.check(maxConnections, "max_connections");
    }

    /** Whether clients fill in the address. */
    public boolean isTemplate() {
        return address instanceof HostPort tcp && tcp.isTemplate();
    }

    /** Whether the address stands for the places in its SRV records. */
    public boolean isService() {
        return address instanceof HostPort tcp && tcp.isService();
    }

    /** A copy at another port; a unix socket has none. */
    BackendConfig at(int port) {
        return switch (address) {
            case HostPort tcp when tcp.isService() -> throw new IllegalArgumentException(noPort(port));
            case HostPort tcp -> new BackendConfig(new HostPort(tcp.host(), port), weight, maxConnections, backup);
            case UnixPath _ -> throw new IllegalArgumentException(noPort(port));
        };
    }

    private String noPort(int port) {
        return address + " has no port " + port + ": name a pool for requests";
    }

    /** A backend with every default. */
    public static BackendConfig of(Address address) {
        return new BackendConfig(address, DEFAULT_WEIGHT, NO_LIMIT, false);
    }
}
