package dev.usher.admin;

import dev.usher.admin.live.Past;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.event.Event;
import dev.usher.testing.Await;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TlsServer;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The admin side of what one usher commonly has: ten pools of three TLS backends each, whose certificates probes have seen,
 * two names for each pool, a hundred open connections, events, and 15 minutes behind it.
 */
public final class BusyAdmin implements AutoCloseable {
    public static final int POOLS = 10;

    private static final int BACKENDS = 3;
    private static final int CONNECTIONS = 100;
    private static final int EVENTS = 100;
    private static final int STRANGERS = 20;

    private final List<TlsServer> backends = new ArrayList<>();
    private final List<TestPeer> clients = new ArrayList<>();
    private final TestAdmin admin;

    public BusyAdmin() throws Exception {
        List<RouteConfig> routes = new ArrayList<>();
        List<PoolConfig> pools = new ArrayList<>();
        for (int i = 0; i < POOLS; i++) {
            routes.add(RouteConfig.of(name(i), "service-" + i));
            routes.add(RouteConfig.of("www." + name(i), "service-" + i));
            pools.add(pool(i));
        }
        admin = TestAdmin.start(TestAdmin.OPEN, routes, pools);
        Past.fill(Objects.requireNonNull(admin.server.live()));
        Await.until(
                () -> admin.balancer.looks().pools().stream()
                        .flatMap(pool -> pool.backends().stream())
                        .allMatch(backend -> backend.certificate() != null),
                "the probes have seen all certificates");
        comeAndStay();
        for (int i = 0; i < EVENTS; i++) {
            admin.balancer.report(
                    Event.Kind.ADMIN, "service-" + i % POOLS, "weight of 127.0.0.1:" + (9000 + i) + " set to " + i);
        }
    }

    private PoolConfig pool(int i) throws Exception {
        PoolConfigBuilder pool = PoolConfigBuilder.of("service-" + i)
                .check(HealthCheckConfig.Type.TLS)
                .serverName(name(i));
        TlsServer.Identity identity = TlsServer.Identity.of(name(i), "www." + name(i));
        for (int j = 0; j < BACKENDS; j++) {
            TlsServer backend = TlsServer.start(identity, "hello");
            backends.add(backend);
            pool.backend(backend.config());
        }
        return pool.build();
    }

    private static String name(int i) {
        return "service-" + i + ".example.com";
    }

    private void comeAndStay() throws IOException, InterruptedException {
        for (int i = 0; i < STRANGERS; i++) {
            try (TestPeer stranger = come("nobody-" + i + ".example.net")) {
                stranger.ending();
            }
        }
        Await.until(() -> admin.balancer.looks().openSessions() == 0, "the strangers are gone");
        for (int i = 0; i < CONNECTIONS; i++) {
            clients.add(come(name(i % POOLS)));
        }
        Await.until(() -> admin.balancer.looks().openSessions() == CONNECTIONS, "all have come");
    }

    private TestPeer come(String name) throws IOException {
        InetSocketAddress address =
                admin.balancer.looks().addresses().values().iterator().next().getFirst();
        TestPeer peer = TestPeer.connect(address);
        peer.send(new HelloBuilder().name(name).alpn("h2", "http/1.1").records());
        return peer;
    }

    /** Where its dashboard is. */
    public URI uri() {
        return URI.create(admin.server.url());
    }

    @Override
    public void close() throws IOException {
        for (TestPeer client : clients) {
            client.close();
        }
        admin.close();
        backends.forEach(TlsServer::close);
    }
}
