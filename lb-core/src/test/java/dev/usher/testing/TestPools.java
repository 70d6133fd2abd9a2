package dev.usher.testing;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.PoolConfig;
import dev.usher.config.UnixPath;
import dev.usher.config.UsherConfig;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.pool.Roster.Member;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Pools without anybody who looks after them; their backends are on loopback, at the ports of the configuration. */
public final class TestPools {
    private TestPools() {}

    /** A pool with all of its backends. */
    public static Pool of(PoolConfig config, int workers) {
        return of(config, workers, PoolWatcher.NONE);
    }

    /** A pool with all of its backends, whose changes {@code watcher} is told. */
    public static Pool of(PoolConfig config, int workers, PoolWatcher watcher) {
        Pool pool = new Pool(config, workers, watcher, () -> {});
        pool.roster().setBackends(members(config), 0);
        return pool;
    }

    /** All pools of a configuration, by name. */
    public static Map<String, Pool> of(UsherConfig config) {
        Map<String, Pool> pools = new LinkedHashMap<>();
        config.pools().forEach((name, pool) -> pools.put(name, of(pool, 1)));
        return pools;
    }

    /** What a configuration's backends resolve to. */
    public static List<Member> members(PoolConfig config) {
        return config.backends().stream()
                .map(backend -> new Member(backend, address(backend)))
                .toList();
    }

    private static SocketAddress address(BackendConfig backend) {
        return backend.address() instanceof UnixPath file
                ? UnixDomainSocketAddress.of(file.path())
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), port(backend));
    }

    /** The name of a backend by its port: a is port 1, b port 2, and so on. */
    public static String letter(Backend backend) {
        return String.valueOf((char) ('a' + port(backend.config()) - 1));
    }

    /** The port of a backend with a TCP address. */
    public static int port(BackendConfig backend) {
        return ((HostPort) backend.address()).port();
    }
}
