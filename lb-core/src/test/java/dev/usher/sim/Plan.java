package dev.usher.sim;

import dev.usher.config.AcceptProxyProtocol;
import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.Balance;
import dev.usher.config.Cidr;
import dev.usher.config.ClientHelloConfig;
import dev.usher.config.ForwardProxy;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.NotTls;
import dev.usher.config.PoolConfig;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ReloadConfig.OnRemovedBackend;
import dev.usher.config.RouteConfig;
import dev.usher.config.TimeoutsConfig;
import dev.usher.config.UsherConfig;
import dev.usher.testing.PoolConfigBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The configurations of a world: the first, and those of its reloads. */
final class Plan {
    static final HostPort TLS_BIND = new HostPort("192.0.2.1", 443);
    static final HostPort PLAIN_BIND = new HostPort("192.0.2.1", 5000);
    static final HostPort PROXIED_BIND = new HostPort("192.0.2.1", 444);
    static final HostPort HTTP_BIND = new HostPort("192.0.2.1", 80);
    static final HostPort SOCKS_BIND = new HostPort("127.0.0.1", 1080);
    static final HostPort CONNECT_BIND = new HostPort("127.0.0.1", 3128);
    static final HostPort POSTGRES_BIND = new HostPort("192.0.2.1", 5432);
    static final String TLS = "in";
    static final String PLAIN = "plain";
    private static final int PORT = 443;
    private static final List<String> POOLS = List.of("a", "b", "p", PostgresTalk.POOL);
    /** The tables of client-hash take most of a world's time, so these are rare. */
    private static final int CLIENT_HASH_ONE_IN = 100;

    private static final List<Balance> BALANCES =
            List.of(Balance.ROUND_ROBIN, Balance.LEAST_CONNECTIONS, Balance.RANDOM_TWO, Balance.FIRST);
    private static final int MOST_BACKENDS = 3;
    static final Duration RESOLVE_EVERY = Duration.ofSeconds(4);
    /** As the code has it. */
    static final Duration RESOLVE_AT_MOST_EVERY = Duration.ofSeconds(1);

    private static final List<List<HostPort>> PLACES =
            POOLS.stream().map(Plan::places).toList();

    /** A request for a name without a rule of its own is sent to https. */
    private static final List<RouteConfig> ROUTES = List.of(
            RouteConfig.of("a.example", "a").withHttp(forward("a")),
            RouteConfig.of("*.b.example", "b").withHttp(forward("b")),
            RouteConfig.of("r.example", "a"));

    private static final List<RouteConfig> ROUTES_WITH_POSTGRES = Stream.concat(
                    ROUTES.stream(), Stream.of(RouteConfig.of("q.example", PostgresTalk.POOL)))
            .toList();

    private static final List<Cidr> CLIENTS = List.of(Cidr.parse("203.0.113.0/24"));
    private static final ClientHelloConfig HELLO = new ClientHelloConfig(Fits.HELLO, 65_536);
    private static final List<ListenerConfig> OTHERS = List.of(
            ListenerConfig.http("http", List.<Address>of(HTTP_BIND))
                    .withHttp(new HttpConfig(Fits.HELLO, HttpTalk.MAX_HEAD_BYTES, 308, 443, HttpRule.REDIRECT)),
            ListenerConfig.socks("socks", List.<Address>of(SOCKS_BIND))
                    .withClientHello(HELLO)
                    .withForwardProxy(ForwardProxy.DEFAULT.withAllow(CLIENTS)),
            ListenerConfig.tls("postgres", List.<Address>of(POSTGRES_BIND))
                    .withClientHello(HELLO)
                    .withNotTls(new NotTls(null, null, new NotTls.Postgres(NotTls.Postgres.REFUSE), null)),
            ListenerConfig.connect("connect", List.of(CONNECT_BIND))
                    .withClientHello(HELLO)
                    .withForwardProxy(ForwardProxy.DEFAULT.withAllow(CLIENTS)));

    /** As the code has it. */
    private static final int MORE_ADDRESSES = 8;

    private final Chance chance;
    private final TimeoutsConfig timeouts;
    private final List<Balance> balances;
    private final int retries;
    private final int maxEjected;
    private final boolean keepAll;
    private final OnRemovedBackend onRemoved;
    private final boolean openings;
    private final Chance names;
    /** Pools with a name among their backends, or with nothing else. */
    private final Set<String> named;

    private boolean withPlain;

    /** @param openings whether there are listeners with other openings than those of TLS as well */
    Plan(Chance chance, boolean hasLifetime, boolean openings, boolean hasNames) {
        this.chance = chance;
        this.openings = openings;
        this.names = chance.part(0);
        this.named = hasNames ? POOLS.stream().filter(_ -> names.oneIn(2)).collect(Collectors.toSet()) : Set.of();
        this.timeouts = new TimeoutsConfig(
                Fits.CONNECT,
                Fits.CONNECT_TOTAL,
                chance.oneIn(3) ? null : Fits.FIRST_BYTE,
                Fits.IDLE,
                Fits.HALF_CLOSED,
                lifetime(hasLifetime));
        this.balances = POOLS.stream().limit(pools()).map(_ -> balance(chance)).toList();
        this.retries = chance.below(3);
        this.maxEjected = chance.oneIn(2) ? 100 : 50;
        this.keepAll = chance.oneIn(2);
        this.onRemoved = chance.oneIn(2) ? OnRemovedBackend.CLOSE : OnRemovedBackend.DRAIN;
    }

    private static HttpRule forward(String pool) {
        return new HttpRule(HttpRule.Action.FORWARD, pool, true, false);
    }

    private static Balance balance(Chance chance) {
        return chance.oneIn(CLIENT_HASH_ONE_IN) ? Balance.CLIENT_HASH : chance.of(BALANCES);
    }

    private static @Nullable Duration lifetime(boolean has) {
        return has ? Fits.LIFETIME : null;
    }

    private static List<HostPort> places(String pool) {
        List<HostPort> places = new ArrayList<>();
        for (int i = 1; i <= MOST_BACKENDS; i++) {
            places.add(new HostPort("10.0." + POOLS.indexOf(pool) + "." + i, PORT));
        }
        return places;
    }

    /** The last pool is for clients of Postgres alone. */
    private int pools() {
        return openings ? POOLS.size() : POOLS.size() - 1;
    }

    /** Every address that a configuration may have, with its pool. */
    Map<InetSocketAddress, String> addresses() {
        Map<InetSocketAddress, String> pools = new LinkedHashMap<>();
        for (int i = 0; i < pools(); i++) {
            for (HostPort place : PLACES.get(i)) {
                pools.put(House.address(place), POOLS.get(i));
            }
        }
        return pools;
    }

    /** Every name that a configuration may have, with the addresses that its answers may have. */
    Map<String, List<InetAddress>> hosts() {
        Map<String, List<InetAddress>> hosts = new LinkedHashMap<>();
        for (int i = 0; i < POOLS.size(); i++) {
            if (isNamed(i)) {
                hosts.put(
                        host(POOLS.get(i)),
                        PLACES.get(i).stream()
                                .map(place -> InetAddress.ofLiteral(place.host()))
                                .toList());
            }
        }
        return hosts;
    }

    private static String host(String pool) {
        return pool + ".internal";
    }

    /** Whether sessions on removed backends are closed. */
    boolean closesRemoved() {
        return onRemoved == OnRemovedBackend.CLOSE;
    }

    /** Further addresses of a name are no retries. */
    int mostAttempts(@Nullable String pool) {
        return retries + 1 + (pool != null && named.contains(pool) ? MORE_ADDRESSES : 0);
    }

    UsherConfig first() {
        withPlain = true;
        return next();
    }

    UsherConfig next() {
        List<ListenerConfig> listeners = new ArrayList<>();
        listeners.add(ListenerConfig.tls(TLS, List.<Address>of(TLS_BIND)).withClientHello(HELLO));
        listeners.add(ListenerConfig.tls("proxied", List.<Address>of(PROXIED_BIND))
                .withClientHello(HELLO)
                .withProxyProtocol(AcceptProxyProtocol.ANY, CLIENTS));
        if (withPlain) {
            listeners.add(ListenerConfig.tcp(PLAIN, List.<Address>of(PLAIN_BIND), "p"));
        }
        if (openings) {
            listeners.addAll(OTHERS);
        }
        withPlain = chance.oneIn(2);
        List<PoolConfig> pools = new ArrayList<>();
        for (int i = 0; i < pools(); i++) {
            pools.add(pool(i));
        }
        return UsherConfig.of(listeners, openings ? ROUTES_WITH_POSTGRES : ROUTES, pools)
                .withReload(new ReloadConfig(true, Duration.ZERO, Duration.ofSeconds(5), onRemoved));
    }

    private PoolConfig pool(int number) {
        PoolConfigBuilder pool = PoolConfigBuilder.of(POOLS.get(number))
                .balance(balances.get(number))
                .timeouts(timeouts)
                .retries(retries)
                .ejection(Roll.FAILURES, Duration.ofSeconds(1), Duration.ofSeconds(4), maxEjected)
                .check(isNamed(number) ? HealthCheckConfig.Type.NONE : HealthCheckConfig.Type.TCP)
                .rise(Roll.RISE)
                .fall(Roll.FALL);
        if (isNamed(number)) {
            addName(pool, number);
        } else {
            addPlaces(pool, PLACES.get(number));
        }
        return pool.build();
    }

    /** Such a pool is not probed: usher would begin to probe with the first answer, by sockets of the machine. */
    private boolean isNamed(int number) {
        return named.contains(POOLS.get(number));
    }

    private void addPlaces(PoolConfigBuilder pool, List<HostPort> places) {
        int count = 0;
        for (HostPort place : places) {
            boolean last = place.equals(places.getLast());
            if (keepAll || !chance.oneIn(3) || (last && count == 0)) {
                count++;
                pool.backend(backend(place, chance));
            }
        }
    }

    private static BackendConfig backend(HostPort place, Chance chance) {
        return new BackendConfig(place, chance.between(1, 3), chance.oneIn(6) ? 2 : 0, chance.oneIn(8));
    }

    /** The name, an address that its answers may have as well, or both. */
    private void addName(PoolConfigBuilder pool, int number) {
        pool.resolveEvery(RESOLVE_EVERY);
        boolean withName = !names.oneIn(5);
        if (!withName || names.oneIn(3)) {
            pool.backend(backend(names.of(PLACES.get(number)), names));
        }
        if (withName) {
            pool.backend(backend(new HostPort(host(POOLS.get(number)), PORT), names));
        }
    }

    /** The configuration of the end: everything is there again. */
    UsherConfig last() {
        withPlain = true;
        return next();
    }
}
