package dev.usher.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.BackendConfig;
import dev.usher.config.Cidr;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.Fallback;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.LimitsConfig;
import dev.usher.config.LimitsConfig.PerClientIp;
import dev.usher.config.ListenOptions;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.RouteConfig;
import dev.usher.config.Silent;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.login.Passwords;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.BackendSnapshot;
import dev.usher.metrics.MetricsSnapshot.WorkerSnapshot;
import dev.usher.relay.SessionEnd;
import dev.usher.relay.SessionLog;
import dev.usher.time.Clock;
import dev.usher.tls.HelloBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A running load balancer with one listener on loopback, and one route, {@link #NAME}, to one pool. When it closes, it
 * checks what must hold after any test: no session is open, no buffer is held, no backend counts a session, and nothing
 * was counted as a bug that the test did not announce.
 */
public final class TestUsher implements AutoCloseable {
    /** The one name that is served. */
    public static final String NAME = "www.example.com";

    public static final String POOL = "web";
    public static final String FALLBACK_POOL = "fallback";

    private static final long PATIENCE_SECONDS = 10;

    private final InetSocketAddress address;
    private final LoadBalancer balancer;
    private final BlockingQueue<SessionEnd> ends;
    private long announcedBugs;

    private TestUsher(LoadBalancer balancer, BlockingQueue<SessionEnd> ends) {
        this.address =
                Objects.requireNonNull(balancer.looks().addresses().get("in")).getFirst();
        this.balancer = balancer;
        this.ends = ends;
    }

    /** A listener of type tls in front of these backends. */
    public static Builder of(TestBackend... backends) {
        return new Builder(ListenerType.TLS).backends(backends);
    }

    /** A listener of type tcp in front of these backends. */
    public static Builder tcp(TestBackend... backends) {
        return new Builder(ListenerType.TCP).backends(backends);
    }

    /** With a listener of type http. */
    public static Builder http(TestBackend... backends) {
        return new Builder(ListenerType.HTTP).backends(backends);
    }

    /** With a listener of type socks. */
    public static Builder socks(TestBackend... backends) {
        return new Builder(ListenerType.SOCKS).backends(backends);
    }

    /** With a listener of type connect. */
    public static Builder forConnect(TestBackend... backends) {
        return new Builder(ListenerType.CONNECT).backends(backends);
    }

    /** A hello for {@link #NAME}, the same bytes each time. */
    public static ByteBuffer hello() {
        return new HelloBuilder().name(NAME).records();
    }

    /** Length of {@link #hello}. */
    public static int helloBytes() {
        return hello().remaining();
    }

    /** A backend that nobody has started. */
    public static BackendConfig anyBackend() {
        return BackendConfig.of(new HostPort("127.0.0.1", 1));
    }

    public LoadBalancer balancer() {
        return balancer;
    }

    public InetSocketAddress address() {
        return address;
    }

    public TestPeer connect() throws IOException {
        return TestPeer.connect(address());
    }

    public MetricsSnapshot snapshot() {
        return balancer.looks().snapshot();
    }

    public BackendSnapshot backend(TestBackend backend) {
        return Objects.requireNonNull(
                Objects.requireNonNull(snapshot().pools().get(POOL)).backends().get(backend.name()));
    }

    public long heldBytes() {
        return snapshot().workers().stream()
                .mapToLong(WorkerSnapshot::heldBytes)
                .sum();
    }

    public long bugs() {
        return snapshot().workers().stream().mapToLong(WorkerSnapshot::bugs).sum();
    }

    public long acceptPauses() {
        return snapshot().workers().stream()
                .mapToLong(WorkerSnapshot::acceptPauses)
                .sum();
    }

    public long turns() {
        return snapshot().workers().stream().mapToLong(WorkerSnapshot::turns).sum();
    }

    /** The next session that ended. Its reason must be this one, and the counters must say so too. */
    public SessionEnd ended(CloseReason reason) {
        SessionEnd end = nextEnd();
        assertEquals(reason, end.reason(), end.toString());
        assertTrue(snapshot().ended(reason.word()) > 0, "counted as " + reason.word());
        return end;
    }

    public SessionEnd nextEnd() {
        try {
            SessionEnd end = ends.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertNotNull(end, "no session ended");
            return Objects.requireNonNull(end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    public void awaitOpen(int sessions) {
        Await.until(
                () -> balancer.looks().openSessions() == sessions,
                sessions + " sessions are open, not " + balancer.looks().openSessions());
    }

    /** Says that the test provokes a fault so many times. */
    public void announceBugs(long bugs) {
        announcedBugs = bugs;
    }

    /** A snapshot is taken counter by counter: a connection that comes meanwhile may be in one of them alone. */
    private boolean haveAllEnded() {
        MetricsSnapshot now = snapshot();
        return now.accepted() == now.ended();
    }

    /** Waits until nothing is left of any session. */
    public void awaitNothingLeft() {
        awaitOpen(0);
        Await.until(() -> heldBytes() == 0, "no buffer is held, of " + heldBytes() + " bytes");
        Await.until(() -> snapshot().open() == 0, "no connection counts as open");
        Await.until(
                () -> snapshot().workers().stream().allMatch(worker -> worker.openSessions() == 0),
                "no worker owns a session");
        snapshot()
                .pools()
                .forEach((name, pool) -> pool.backends()
                        .forEach((backend, counts) -> assertEquals(0, counts.open(), name + " " + backend)));
        Await.until(this::haveAllEnded, "each accepted connection has one reason to end");
    }

    @Override
    public void close() {
        try {
            awaitNothingLeft();
            assertEquals(announcedBugs, bugs(), "faults counted; -Dusher.log=ERROR shows them");
        } finally {
            balancer.close();
        }
    }

    /** How it is to be. What is not said is as in a configuration that does not say it, but for one worker. */
    public static final class Builder {
        private final ListenerType type;
        private final List<dev.usher.config.Address> bind = new ArrayList<>(List.of(new HostPort("127.0.0.1", 0)));
        private final List<BackendConfig> backends = new ArrayList<>();
        private final List<RouteConfig> routes = new ArrayList<>(List.of(RouteConfig.of(NAME, POOL)));
        private final Map<String, PoolConfig> morePools = new LinkedHashMap<>();
        private ClientHelloConfig hello = ClientHelloConfig.DEFAULT;
        private NotTls notTls = NotTls.NONE;
        private @Nullable Silent silent;
        private HttpConfig http = HttpConfig.DEFAULT;
        private Passwords passwords = Passwords.NONE;
        private ListenOptions options = ListenOptions.DEFAULT;
        private ForwardProxy forwardProxy = ForwardProxy.DEFAULT;
        private TimeoutsConfig timeouts = TimeoutsConfig.DEFAULT;
        private int retries = PoolConfig.DEFAULT_RETRIES;
        private Fallback defaultRoute = Fallback.REJECT;
        private Fallback noSniRoute = Fallback.REJECT;
        private int listenerConnections = ListenerConfig.DEFAULT_MAX_CONNECTIONS;
        private int allConnections = LimitsConfig.DEFAULT.maxConnections();
        private long heldBytes = LimitsConfig.DEFAULT.heldBytes();
        private int workers = 1;
        private SessionLog alsoTell = SessionLog.NONE;
        private SelectorProvider provider = Transports.underTest();
        private UnaryOperator<PoolConfigBuilder> pool = UnaryOperator.identity();
        private AcceptProxyProtocol acceptProxyProtocol = AcceptProxyProtocol.NONE;
        private List<Cidr> trustedProxies = List.of();
        private PerClientIp perClientIp = PerClientIp.NO_LIMIT;
        private ReloadConfig reload = ReloadConfig.DEFAULT;

        private Builder(ListenerType type) {
            this.type = type;
        }

        private Builder backends(TestBackend... added) {
            for (TestBackend backend : added) {
                backends.add(backend.config());
            }
            return this;
        }

        /** Another address to listen on. */
        public Builder alsoOn(dev.usher.config.Address address) {
            bind.add(address);
            return this;
        }

        public Builder backend(BackendConfig backend) {
            backends.add(backend);
            return this;
        }

        public Builder connectTimeout(Duration connect) {
            timeouts = timeouts.withConnect(connect);
            return this;
        }

        public Builder idleTimeout(Duration idle) {
            timeouts = timeouts.withIdle(idle);
            return this;
        }

        public Builder halfClosedTimeout(Duration halfClosed) {
            timeouts = timeouts.withHalfClosed(halfClosed);
            return this;
        }

        public Builder maxLifetime(Duration maxLifetime) {
            timeouts = timeouts.withMaxLifetime(maxLifetime);
            return this;
        }

        public Builder helloTimeout(Duration timeout) {
            hello = new ClientHelloConfig(timeout, hello.maxSizeBytes());
            return this;
        }

        public Builder maxHelloBytes(int bytes) {
            hello = new ClientHelloConfig(hello.timeout(), bytes);
            return this;
        }

        public Builder options(ListenOptions settings) {
            options = settings;
            return this;
        }

        public Builder silent(Silent clients) {
            silent = clients;
            return this;
        }

        public Builder notTls(NotTls pools) {
            notTls = pools;
            return this;
        }

        public Builder http(HttpConfig settings) {
            http = settings;
            return this;
        }

        public Builder passwords(Passwords compared) {
            passwords = compared;
            return this;
        }

        public Builder forwardProxy(ForwardProxy settings) {
            forwardProxy = settings;
            return this;
        }

        public Builder retries(int count) {
            retries = count;
            return this;
        }

        public Builder defaultRoute(Fallback fallback) {
            defaultRoute = fallback;
            return this;
        }

        public Builder noSniRoute(Fallback fallback) {
            noSniRoute = fallback;
            return this;
        }

        /** A second pool, {@link #FALLBACK_POOL}, with this one backend. */
        public Builder fallbackPool(TestBackend backend) {
            morePools.put(
                    FALLBACK_POOL,
                    unprobed(
                            FALLBACK_POOL,
                            List.of(backend.config()),
                            TimeoutsConfig.DEFAULT,
                            PoolConfig.DEFAULT_RETRIES));
            return this;
        }

        /** More settings of the one pool. */
        public Builder pool(UnaryOperator<PoolConfigBuilder> settings) {
            pool = settings;
            return this;
        }

        /** Headers of this version are taken, from proxies in these blocks. */
        public Builder acceptProxyProtocol(AcceptProxyProtocol version, String... trusted) {
            acceptProxyProtocol = version;
            trustedProxies = Stream.of(trusted).map(Cidr::parse).toList();
            return this;
        }

        public Builder perClientIp(int connections, int newPerSecond, int burst) {
            perClientIp = new PerClientIp(connections, newPerSecond, burst);
            return this;
        }

        public Builder onRemovedBackend(OnRemovedBackend chosen) {
            reload = new ReloadConfig(reload.watch(), reload.debounce(), reload.poll(), chosen);
            return this;
        }

        /** In place of the one route. */
        public Builder route(RouteConfig route) {
            routes.clear();
            routes.add(route);
            return this;
        }

        public Builder listenerConnections(int max) {
            listenerConnections = max;
            return this;
        }

        public Builder allConnections(int max) {
            allConnections = max;
            return this;
        }

        public Builder heldBytes(long max) {
            heldBytes = max;
            return this;
        }

        public Builder workers(int count) {
            workers = count;
            return this;
        }

        /** Another log, which may misbehave; it is told first. */
        public Builder log(SessionLog log) {
            alsoTell = log;
            return this;
        }

        /** A network that can fail. */
        public Builder provider(SelectorProvider failing) {
            provider = failing;
            return this;
        }

        public UsherConfig config() {
            ListenerConfig listener = new ListenerConfig(
                    "in",
                    type,
                    bind,
                    dev.usher.config.SocketRights.DEFAULT,
                    options,
                    hello,
                    notTls,
                    silent,
                    http,
                    acceptProxyProtocol,
                    trustedProxies,
                    listenerConnections,
                    type.needsPool() ? POOL : null,
                    dev.usher.config.OwnRoutes.NONE,
                    forwardProxy);
            PoolConfig web = pool.apply(PoolConfigBuilder.of(POOL)
                            .backends(backends)
                            .timeouts(timeouts)
                            .retries(retries))
                    .build();
            List<PoolConfig> pools = new ArrayList<>(List.of(web));
            pools.addAll(morePools.values());
            return UsherConfig.of(List.of(listener), routes, pools)
                    .withDefaultRoute(defaultRoute)
                    .withNoSniRoute(noSniRoute)
                    .withLimits(LimitsConfig.DEFAULT
                            .withMaxConnections(allConnections)
                            .withPerClientIp(perClientIp)
                            .withHeldBytes(heldBytes))
                    .withWorkers(workers)
                    .withReload(reload);
        }

        public TestUsher start() {
            LinkedBlockingQueue<SessionEnd> ends = new LinkedBlockingQueue<>();
            SessionLog first = alsoTell;
            SessionLog log = new SessionLog() {
                @Override
                public void ended(int worker, SessionEnd end) {
                    if (first.wants(end.reason(), false)) {
                        first.ended(worker, end);
                    }
                    ends.add(end);
                }

                @Override
                public boolean wants(CloseReason reason, boolean empty) {
                    return true;
                }
            };
            try {
                return new TestUsher(
                        LoadBalancer.start(
                                config(),
                                new Environment(provider, Clock.SYSTEM, log, Integer.MAX_VALUE)
                                        .withPasswords(passwords)),
                        ends);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A pool whose backends see sessions only: a probe would be one more connection for them to count. */
    public static PoolConfig unprobed(String name, List<BackendConfig> backends, TimeoutsConfig timeouts, int retries) {
        return PoolConfig.of(name, backends)
                .withTimeouts(timeouts)
                .withRetries(retries)
                .withHealthCheck(HealthCheckConfig.NONE);
    }
}
