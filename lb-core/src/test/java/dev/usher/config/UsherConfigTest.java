package dev.usher.config;

import static dev.usher.config.Refusal.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.usher.config.AdminConfig.Role;
import dev.usher.config.AdminConfig.Token;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class UsherConfigTest {
    private static final HostPort EVERYWHERE = new HostPort("", 443);
    private static final PoolConfig WEB = PoolConfig.of("web", List.of(backend("10.0.0.1:443")));
    private static final ListenerConfig HTTPS = ListenerConfig.DEFAULT;

    @Test
    void routesThatForwardBringTheirPoolAtPort80() {
        PoolConfig pool = PoolConfig.of(
                        "web",
                        List.of(
                                new BackendConfig(HostPort.parse("10.0.0.1:443"), 2, 5, false),
                                BackendConfig.of(HostPort.parse("10.0.0.1:8443")),
                                new BackendConfig(HostPort.parse("b.example:443"), 1, 0, true)))
                .withHealthCheck(HealthCheckConfig.DEFAULT);
        ListenerConfig web = ListenerConfig.http("web", List.of(new HostPort("", 80)));
        RouteConfig route = RouteConfig.of("a.example", "web");
        assertEquals(Set.of("web"), pools(web, route, pool).keySet());
        assertEquals(
                Set.of("web"),
                pools(web, route.withHttp(HttpRule.REDIRECT), pool).keySet());
        RouteConfig acme = route.withHttp(HttpRule.of(HttpRule.Action.ACME));
        assertEquals(
                List.of(
                        new BackendConfig(HostPort.parse("10.0.0.1:80"), 2, 5, false),
                        new BackendConfig(HostPort.parse("b.example:80"), 1, 0, true)),
                Objects.requireNonNull(pools(web, acme, pool).get("web:80")).backends());
        assertEquals(
                Set.of("web"),
                pools(web, acme.withListeners(List.of("https")), pool).keySet());
        assertEquals(
                Set.of("web"),
                pools(ListenerConfig.tls("web", List.of(new HostPort("", 80))), acme, pool)
                        .keySet());
        assertThrows(
                IllegalArgumentException.class,
                () -> pools(web, route.withHttp(new HttpRule(HttpRule.Action.ACME, "none", false, false)), pool));
    }

    @Test
    void aPoolForAcmeServersAloneIsNotProbed() {
        PoolConfig pool = PoolConfig.of("web", List.of(BackendConfig.of(HostPort.parse("10.0.0.1:443"))));
        ListenerConfig web = ListenerConfig.http("web", List.of(new HostPort("", 80)));
        RouteConfig acme = RouteConfig.of("a.example", "web").withHttp(HttpRule.of(HttpRule.Action.ACME));
        RouteConfig forward = acme.withHttp(HttpRule.of(HttpRule.Action.FORWARD));
        assertEquals(HealthCheckConfig.NONE, probesOf(pools(web, acme, pool)));
        assertEquals(HealthCheckConfig.DEFAULT, probesOf(pools(web, forward, pool)));
    }

    private static HealthCheckConfig probesOf(Map<String, PoolConfig> pools) {
        return Objects.requireNonNull(pools.get("web:80")).healthCheck();
    }

    private static Map<String, PoolConfig> pools(ListenerConfig web, RouteConfig route, PoolConfig pool) {
        ListenerConfig https = ListenerConfig.tls("https", List.of(new HostPort("", 443)));
        return UsherConfig.of(List.of(web, https), List.of(route), List.of(pool))
                .pools();
    }

    @Test
    void keepsFileOrder() {
        PoolConfig db = PoolConfig.of("db", List.of(backend("10.0.0.2:443")));
        UsherConfig config =
                UsherConfig.of(List.of(HTTPS), List.of(RouteConfig.of("a.example", "web")), List.of(WEB, db));
        assertEquals(List.of("web", "db"), List.copyOf(config.pools().keySet()));
    }

    @Test
    void refusesNamesOfWhatDoesNotExist() {
        assertRefused("routes.a.example names pool \"wbe\"", () -> config(HTTPS, RouteConfig.of("a.example", "wbe")));
        assertRefused("names listener \"http\"", () -> config(HTTPS, onListener("http")));
        assertRefused(
                "listeners.cache names pool", () -> config(ListenerConfig.tcp("cache", List.of(EVERYWHERE), "cache")));
        assertRefused(
                "alpn.acme-tls/1 names pool \"acme\"",
                () -> config(
                        HTTPS, RouteConfig.of("a.example", Target.of("web").withAlpn(Map.of("acme-tls/1", "acme")))));
    }

    @Test
    void refusesARouteOnATcpListener() {
        ListenerConfig cache = ListenerConfig.tcp("cache", List.of(EVERYWHERE), "web");
        assertRefused("is of type tcp", () -> config(cache, onListener("cache")));
    }

    @Test
    void refusesTwoSpellingsOfOneRoute() {
        assertRefused(
                "comes twice",
                () -> config(HTTPS, RouteConfig.of("a.example", "web"), RouteConfig.of("A.Example.", "web")));
    }

    @Test
    void refusesAConfigurationThatServesNothing() {
        assertRefused("at least one route", () -> config(HTTPS));
        config(ListenerConfig.tcp("cache", List.of(EVERYWHERE), "web"));
    }

    @Test
    void refusesOneAddressForTwoListeners() {
        ListenerConfig other = ListenerConfig.tls("other", List.of(EVERYWHERE));
        assertRefused(
                "listeners https and other both bind :443",
                () -> UsherConfig.of(List.of(HTTPS, other), List.of(RouteConfig.of("a.example", "web")), List.of(WEB)));
    }

    @Test
    void namesFieldRangeAndValue() {
        assertRefused("weight must be 1..256, was 0", () -> new BackendConfig(HostPort.parse("a:1"), 0, 0, false));
        assertRefused("port must be 1..65535, was 0", () -> BackendConfig.of(new HostPort("a", 0)));
        assertRefused("address must have a host, was :1", () -> BackendConfig.of(new HostPort("", 1)));
        assertRefused(
                "client_hello.max_size must be 1KiB..64KiB, was 65537B",
                () -> new ClientHelloConfig(Duration.ofSeconds(1), 65_537));
        assertRefused(
                "client_hello.timeout must be 10ms..1m, was 2m",
                () -> new ClientHelloConfig(Duration.ofMinutes(2), 65_536));
        assertRefused("backends must not be empty", () -> PoolConfig.of("web", List.of()));
        assertRefused(
                "backends has 10.0.0.1:443 twice",
                () -> PoolConfig.of("web", List.of(backend("10.0.0.1:443"), backend("10.0.0.1:443"))));
        assertRefused(
                "pool is only for type tcp",
                () -> new ListenerConfig(
                        "https",
                        ListenerType.TLS,
                        List.of(EVERYWHERE),
                        SocketRights.DEFAULT,
                        ListenOptions.DEFAULT,
                        ClientHelloConfig.DEFAULT,
                        NotTls.NONE,
                        null,
                        HttpConfig.DEFAULT,
                        AcceptProxyProtocol.NONE,
                        List.of(),
                        1,
                        "web",
                        OwnRoutes.NONE,
                        ForwardProxy.DEFAULT));
        assertRefused(
                "trusted_proxies must not be empty",
                () -> new ListenerConfig(
                        "https",
                        ListenerType.TLS,
                        List.of(EVERYWHERE),
                        SocketRights.DEFAULT,
                        ListenOptions.DEFAULT,
                        ClientHelloConfig.DEFAULT,
                        NotTls.NONE,
                        null,
                        HttpConfig.DEFAULT,
                        AcceptProxyProtocol.V2,
                        List.of(),
                        1,
                        null,
                        OwnRoutes.NONE,
                        ForwardProxy.DEFAULT));
        assertRefused(
                "silent.after must be shorter than client_hello.timeout",
                () -> ListenerConfig.tls("https", List.of(EVERYWHERE))
                        .withSilent(new Silent("git", ClientHelloConfig.DEFAULT.timeout())));
        assertRefused(
                "base_time must not be longer",
                () -> new EjectionConfig(5, Duration.ofMinutes(6), Duration.ofMinutes(5), 50));
        assertRefused(
                "allow must be given, unless every bind is a loopback address",
                () -> ListenerConfig.socks("out", List.of(EVERYWHERE)));
        assertRefused(
                "allow and sni are only for types whose clients ask for a host and a port",
                () -> ListenerConfig.tls("https", List.of(EVERYWHERE))
                        .withForwardProxy(ForwardProxy.DEFAULT.withSni(ForwardProxy.Sni.IGNORE)));
        assertRefused("ports must be 1..65535, was 0", () -> Target.of("web").withPorts(List.of(0)));
        assertRefused("burst needs new_per_second", () -> new LimitsConfig.PerClientIp(0, 0, 5));
    }

    @Test
    void refusesAnAdminSideThatTheWorldCanUse() {
        HostPort open = HostPort.parseBind(":9000");
        assertRefused("admin.tokens must be given", () -> new AdminConfig(open, List.of(), List.of(), null, true));
        Token token = new Token("ops", Role.ADMIN, "0".repeat(64));
        assertRefused("admin.tls must be given", () -> new AdminConfig(open, List.of(), List.of(token), null, true));
        assertRefused("64 hexadecimal digits", () -> new Token("ops", Role.ADMIN, "secret"));
        assertEquals("Token[name=ops, role=ADMIN, sha256=***]", token.toString());
    }

    /** Whoever reads the configuration must be free to set java.net.preferIPv4Stack afterwards. */
    @Test
    void namesNoNetworkingClass() {
        Set<String> used = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("dev.usher.config")
                        .stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .map(dependency -> dependency.getTargetClass())
                        .filter(target -> target.getPackageName().startsWith("java.net"))
                        .map(JavaClass::getName)
                        .collect(Collectors.toSet());
        assertEquals(Set.of("java.net.IDN", "java.net.URI", "java.net.URISyntaxException"), used); // texts alone
    }

    private static UsherConfig config(ListenerConfig listener, RouteConfig... routes) {
        return UsherConfig.of(List.of(listener), List.of(routes), List.of(WEB));
    }

    private static RouteConfig onListener(String name) {
        return RouteConfig.of("a.example", "web").withListeners(List.of(name));
    }

    private static BackendConfig backend(String address) {
        return BackendConfig.of(HostPort.parse(address));
    }
}
