package dev.usher.pool;

import dev.usher.config.BackendConfig;
import dev.usher.config.EjectionConfig;
import dev.usher.config.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/** Backends that are up, without a pool around them. */
final class Backends {
    /** The first failure ejects. */
    static final EjectionConfig EJECTION = new EjectionConfig(1, Duration.ofSeconds(1), Duration.ofSeconds(1), 50);

    private static final InetSocketAddress ADDRESS = new InetSocketAddress(InetAddress.getLoopbackAddress(), 443);

    private Backends() {}

    /** @param places for sessions; 0 is no limit */
    static Backend withPlaces(int places) {
        HostPort address = new HostPort(ADDRESS.getAddress().getHostAddress(), ADDRESS.getPort());
        Backend backend = new Backend(new BackendConfig(address, 1, places, false), ADDRESS);
        backend.unprobed();
        return backend;
    }

    /** As workers see these backends. */
    static Serving serving(Backend... all) {
        return new Serving(
                List.of(all), all.length, Serving.NONE.primary(), Serving.NONE.backup(), Serving.NONE.outdone());
    }
}
