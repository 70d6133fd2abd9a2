package dev.usher.config;

/**
 * An address that can serve.
 *
 * @param address IP address or host name; a host name is resolved again every {@code resolve.interval}; or a template
 *     that each client fills in
 * @param weight share of new sessions relative to the rest of the pool
 * @param maxConnections sessions open at once; 0 is no limit
 * @param backup serves only while no other backend of the pool is up
 */
public record BackendConfig(HostPort address, int weight, int maxConnections, boolean backup) {
    public static final IntRange WEIGHT = new IntRange(1, 256);
    public static final IntRange MAX_CONNECTIONS = new IntRange(0, 10_000_000);

    public static final int DEFAULT_WEIGHT = 1;
    public static final int NO_LIMIT = 0;

    public BackendConfig {
        HostPort given = Check.present(address, "address");
        Check.that(!given.host().isEmpty(), () -> "address must have a host, was " + given);
        Check.that(
                !address.isService() || (weight == DEFAULT_WEIGHT && !backup),
                () -> "weight and backup of " + given + " come from its SRV records");
        if (!address.isTemplate() && !address.isService()) {
            HostPort.PORT.check(address.port(), "port");
        }
        WEIGHT.check(weight, "weight");
        MAX_CONNECTIONS.check(maxConnections, "max_connections");
    }

    /** A copy at another port. */
    BackendConfig at(int port) {
        return new BackendConfig(new HostPort(address.host(), port), weight, maxConnections, backup);
    }

    /** A backend with every default. */
    public static BackendConfig of(HostPort address) {
        return new BackendConfig(address, DEFAULT_WEIGHT, NO_LIMIT, false);
    }
}
