package dev.usher.server.demo;

import dev.usher.admin.http.Pem;
import dev.usher.config.AdminConfig;
import dev.usher.config.BackendConfig;
import dev.usher.config.HealthCheckConfig;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.LoggingConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.UsherConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Two domains with a certificate each, three backends with these certificates, and the configuration of an usher in
 * front, without certificates. Closing ends the backends and removes every file.
 */
public final class Demo implements AutoCloseable {
    /** RFC 2606 reserves these names. */
    private static final String ONE = "one.example";

    private static final String TWO = "two.example";
    private static final String NOBODY = "three.example";

    /** Name of the listener for the user's own tries. */
    public static final String LISTENER = "demo";
    /** Name of the listener in the part of port 80. */
    public static final String HTTP = "http";
    /** Name of the listener for generated traffic. Kept out of the access log, which would be flooded. */
    public static final String VISITORS = "visitors";

    private static final String VISITORS_COME = """
            The demo sends some traffic of its own, which is not in the access log (--no-traffic: none).
            """;

    private final DemoDirectory directory = new DemoDirectory();
    private final Path pem = directory.resolve("certificates.pem");
    private final List<DemoBackend> one = new ArrayList<>();
    private final List<DemoBackend> two = new ArrayList<>();

    private @Nullable SSLContext trust;

    private Demo() throws IOException {}

    /** Makes the certificates, which takes a second or two, and starts the backends. */
    public static Demo start() throws IOException, GeneralSecurityException, InterruptedException {
        Demo demo = new Demo();
        try {
            demo.makeAll();
            return demo;
        } catch (IOException | GeneralSecurityException | InterruptedException | RuntimeException e) {
            demo.close();
            throw e;
        }
    }

    private void makeAll() throws IOException, GeneralSecurityException, InterruptedException {
        DemoCertificate.Making makingOne = DemoCertificate.make(ONE, directory);
        DemoCertificate.Making makingTwo = DemoCertificate.make(TWO, directory);
        DemoCertificate ofOne = makingOne.made();
        DemoCertificate ofTwo = makingTwo.made();
        one.add(new DemoBackend("backend A", ONE, ofOne));
        one.add(new DemoBackend("backend B", ONE, ofOne));
        two.add(new DemoBackend("backend C", TWO, ofTwo));
        Files.writeString(pem, ofOne.pem() + ofTwo.pem());
        trust = Pem.trusting(pem, "the demo's certificates");
    }

    /**
     * The configuration of the usher in front.
     *
     * @param bind address for TLS; redirects lead to its port
     * @param http address for HTTP without TLS
     */
    public UsherConfig config(HostPort bind, HostPort http, HostPort admin, boolean visitors) {
        List<ListenerConfig> listeners = new ArrayList<>(List.of(
                ListenerConfig.tls(LISTENER, List.of(bind)),
                ListenerConfig.http(HTTP, List.of(http)).withHttp(redirectTo(bind.port()))));
        if (visitors) {
            listeners.add(ListenerConfig.tls(VISITORS, List.of(new HostPort("127.0.0.1", 0))));
        }
        return UsherConfig.of(
                        listeners,
                        List.of(RouteConfig.of(ONE, ONE), RouteConfig.of(TWO, TWO)),
                        List.of(pool(ONE, one), pool(TWO, two)))
                .withShutdown(new ShutdownConfig(Duration.ofSeconds(1), Duration.ZERO))
                .withAdmin(new AdminConfig(admin, AdminConfig.DEFAULT_ALLOWED_HOSTS, List.of(), null, false))
                .withLogging(new LoggingConfig(
                        LoggingConfig.Level.WARN, LoggingConfig.Format.TEXT, AccessLogConfig.DEFAULT));
    }

    private static HttpConfig redirectTo(int port) {
        HttpConfig usual = HttpConfig.DEFAULT;
        return port == 0
                ? usual
                : new HttpConfig(usual.timeout(), usual.maxSizeBytes(), usual.redirect(), port, usual.requests());
    }

    private PoolConfig pool(String domain, List<DemoBackend> members) {
        List<BackendConfig> backends = members.stream()
                .map(backend -> BackendConfig.of(backend.address()))
                .toList();
        return PoolConfig.of(domain, backends).withHealthCheck(probe(domain));
    }

    /** A TLS probe, so that usher sees the backends' certificates. */
    private HealthCheckConfig probe(String domain) {
        HealthCheckConfig standard = HealthCheckConfig.DEFAULT;
        return new HealthCheckConfig(
                HealthCheckConfig.Type.TLS,
                null,
                null,
                domain,
                standard.alpn(),
                true,
                pem,
                standard.path(),
                standard.method(),
                standard.expect(),
                standard.interval(),
                standard.timeout(),
                standard.rise(),
                standard.fall(),
                standard.jitterPercent(),
                standard.warnExpiry());
    }

    /**
     * Sends generated traffic.
     *
     * @param usher address of the listener {@link #VISITORS}
     * @return ends the traffic
     */
    public Runnable begin(InetSocketAddress usher) {
        DemoTraffic traffic =
                new DemoTraffic(usher, List.of(ONE, TWO), Objects.requireNonNull(trust, "it has started"));
        return traffic::close;
    }

    /** The text for the user: the parts of the demo, and commands to paste. */
    public String text(HostPort listening, HostPort http, String dashboard, boolean visitors) {
        return """

                Two HTTPS domains behind one address, each with its own certificate and key:

                  %s   on %s and %s, which take turns
                  %s   on %s

                usher listens on %s. It has no certificate and no key: it reads the name in the
                ClientHello and passes the bytes on unread. Try this in another terminal, twice:

                  %s

                The other domain shows the other certificate:

                  %s

                A name without a route is refused, with the alert unrecognized_name:

                  %s

                Plain HTTP on %s, in the part of port 80, is sent to https by the same routes:

                  %s

                The dashboard shows what happens, and can drain a backend:

                  %s

                `usher status` and `usher drain` work too.
                %sYour own connections appear here, as lines of the access log.
                Ctrl-C ends the demo.

                """.formatted(
                        ONE,
                        one.getFirst().address(),
                        one.getLast().address(),
                        TWO,
                        two.getFirst().address(),
                        listening,
                        curl(ONE, listening),
                        curl(TWO, listening),
                        curl(NOBODY, listening),
                        http,
                        curlRedirect(http, listening),
                        dashboard,
                        visitors ? VISITORS_COME : "");
    }

    private String curl(String domain, HostPort listening) {
        return curl() + resolve(domain, listening) + cacert() + " https://" + domain + ":" + listening.port() + "/";
    }

    /** Follows the redirect from HTTP to https. */
    private String curlRedirect(HostPort http, HostPort listening) {
        return curl() + "-iL " + resolve(ONE, http) + " " + resolve(ONE, listening) + cacert() + " http://" + ONE + ":"
                + http.port() + "/";
    }

    private static String curl() {
        return "curl " + (hasProxy() ? "--noproxy '*' " : "");
    }

    private static String resolve(String domain, HostPort listening) {
        HostPort reached = reachable(listening);
        String address = reached.isIpv6Literal() ? "[" + reached.host() + "]" : reached.host();
        return "--resolve " + domain + ":" + reached.port() + ":" + address;
    }

    private String cacert() {
        return " --cacert " + quoted(pem.toString());
    }

    /** An address to connect to: the loopback address in place of a wildcard. */
    private static HostPort reachable(HostPort listening) {
        return switch (listening.host()) {
            case "", "0.0.0.0" -> new HostPort("127.0.0.1", listening.port());
            case "::" -> new HostPort("::1", listening.port());
            default -> listening;
        };
    }

    /** True if curl would use a proxy, which cannot resolve these names. */
    private static boolean hasProxy() {
        return List.of("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY").stream()
                .anyMatch(variable -> System.getenv(variable) != null);
    }

    /** The path as one word of a shell. */
    static String quoted(String path) {
        return path.matches("[A-Za-z0-9_/.+-]+") ? path : "'" + path.replace("'", "'\\''") + "'";
    }

    @Override
    public void close() throws IOException {
        one.forEach(DemoBackend::close);
        two.forEach(DemoBackend::close);
        directory.close();
    }
}
