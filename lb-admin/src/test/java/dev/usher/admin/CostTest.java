package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.admin.live.LiveCost;
import dev.usher.admin.metrics.ScrapeCost;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import dev.usher.relay.SessionLog;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What the metrics and the live figures cost with 100 pools of 10 backends, in CPU time of the threads that pay it. Run by
 * hand, on a machine that does nothing else: {@code mvn -pl lb-admin -am test -Dtest=CostTest -Dusher.cost=true}.
 */
@EnabledIfSystemProperty(named = "usher.cost", matches = "true")
class CostTest {
    private static final int POOLS = 100;
    private static final int BACKENDS = 10;
    private static final int SESSIONS_PER_POOL = 20;

    private final TestBackend backend = TestBackend.start(client -> {
        client.send(new byte[] {1});
        client.readToEnd();
    });

    /** One backend of each pool is there, and the others are its backups. */
    private UsherConfig config() {
        List<PoolConfig> pools = new ArrayList<>();
        List<RouteConfig> routes = new ArrayList<>();
        for (int i = 0; i < POOLS; i++) {
            List<BackendConfig> backends = new ArrayList<>(List.of(backend.config()));
            for (int j = 1; j < BACKENDS; j++) {
                backends.add(new BackendConfig(new HostPort("127.9." + i + "." + j, 443), 1, 0, true));
            }
            pools.add(TestUsher.unprobed("pool-" + i, backends, TimeoutsConfig.DEFAULT, 1));
            routes.add(RouteConfig.of(name(i), "pool-" + i));
        }
        ListenerConfig listener = ListenerConfig.tls("in", List.of(new HostPort("127.0.0.1", 0)));
        return UsherConfig.of(List.of(listener), routes, pools);
    }

    private static String name(int pool) {
        return "www" + pool + ".example.com";
    }

    private static void visit(LoadBalancer balancer, int sessionsPerPool) throws Exception {
        InetSocketAddress address =
                Objects.requireNonNull(balancer.looks().addresses().get("in")).getFirst();
        for (int i = 0; i < sessionsPerPool * POOLS; i++) {
            try (TestPeer peer = TestPeer.connect(address)) {
                peer.send(new HelloBuilder().name(name(i % POOLS)).records());
                peer.read(1);
            }
        }
    }

    @Test
    void stayWithinWhatIsPromised() throws Exception {
        try (backend;
                LoadBalancer balancer = LoadBalancer.start(config(), Environment.of(SessionLog.NONE, 10_000))) {
            visit(balancer, SESSIONS_PER_POOL);
            assertTrue(ScrapeCost.measure(balancer) < 20, "ms for a scrape");
            assertTrue(LiveCost.measureFrames(balancer, () -> visitQuietly(balancer)) < 2, "ms for a frame");
            assertTrue(LiveCost.measureStreams(balancer) < 3, "% of a core with 64 who look");
        }
    }

    private static void visitQuietly(LoadBalancer balancer) {
        try {
            visit(balancer, 1);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
