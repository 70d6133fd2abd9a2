package dev.usher.config;

/**
 * Limits for the whole program.
 *
 * @param heldBytes the most bytes that sessions may keep in buffers, for hellos and for peers that do not read; divided
 *     equally between the workers
 */
public record LimitsConfig(int maxConnections, PerClientIp perClientIp, long heldBytes) {
    /**
     * Limits for one client address; 0 is no limit.
     *
     * @param connections sessions open at once
     * @param newPerSecond new sessions a second, on average
     * @param burst new sessions at once; 0 with a rate stands for the rate. At most the sessions of an hour at this
     *     rate
     */
    public record PerClientIp(int connections, int newPerSecond, int burst) {
        public static final IntRange COUNT = new IntRange(0, 10_000_000);

        /** The counts of a client are kept for little more than an hour. */
        private static final int MAX_BURST_SECONDS = 3600;

        public static final PerClientIp NO_LIMIT = new PerClientIp(0, 0, 0);

        public PerClientIp {
            COUNT.check(connections, "per_client_ip.connections");
            COUNT.check(newPerSecond, "per_client_ip.new_per_second");
            COUNT.check(burst, "per_client_ip.burst");
            Check.that(burst == 0 || newPerSecond > 0, "per_client_ip.burst needs new_per_second");
            Check.that(
                    burst <= (long) newPerSecond * MAX_BURST_SECONDS,
                    "per_client_ip.burst must be at most an hour's worth of new_per_second, here "
                            + (long) newPerSecond * MAX_BURST_SECONDS + ", was " + burst);
        }
    }

    public static final IntRange MAX_CONNECTIONS = new IntRange(1, 10_000_000);

    /** The lower end holds the hellos of 4,000 connections that arrive at once. */
    public static final SizeRange HELD_BYTES = new SizeRange(16L << 20, 64L << 30);

    public static final LimitsConfig DEFAULT = new LimitsConfig(50_000, PerClientIp.NO_LIMIT, 256L << 20);

    public LimitsConfig {
        MAX_CONNECTIONS.check(maxConnections, "limits.max_connections");
        Check.present(perClientIp, "limits.per_client_ip");
        HELD_BYTES.check(heldBytes, "limits.held_bytes");
    }

    // ---- the same with one setting changed ----

    public LimitsConfig withMaxConnections(int maxConnections) {
        return new LimitsConfig(maxConnections, perClientIp, heldBytes);
    }

    public LimitsConfig withPerClientIp(PerClientIp perClientIp) {
        return new LimitsConfig(maxConnections, perClientIp, heldBytes);
    }

    public LimitsConfig withHeldBytes(long heldBytes) {
        return new LimitsConfig(maxConnections, perClientIp, heldBytes);
    }
}
