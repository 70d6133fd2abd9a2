package dev.usher.admin;

import dev.usher.admin.attention.Attention;
import dev.usher.admin.http.Access;
import dev.usher.admin.http.Authentication;
import dev.usher.admin.http.HostCheck;
import dev.usher.admin.http.OriginCheck;
import dev.usher.admin.http.Pem;
import dev.usher.admin.http.RequestLimits;
import dev.usher.admin.http.SecurityHeaders;
import dev.usher.admin.live.FrameStatus;
import dev.usher.admin.live.Live;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.Lifecycle;
import dev.usher.admin.web.Dashboard;
import dev.usher.admin.web.PlainLogin;
import dev.usher.config.AdminConfig;
import dev.usher.config.AdminConfig.Tls;
import dev.usher.config.AdminConfig.Token;
import dev.usher.config.HostPort;
import dev.usher.config.Spelling;
import dev.usher.descriptor.GivenSockets;
import dev.usher.event.Event;
import dev.usher.view.PoolView;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin side: dashboard, API, metrics, health. Runs on a few threads of its own, at normal priority; no worker ever
 * waits for the admin side.
 *
 * <p>The address is bound before the load balancer starts, so that a port in use is reported before a connection is
 * served, and {@code /readyz} answers from the start.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

    /**
     * Time limits for clients.
     *
     * @param header from its first byte to its last
     * @param body from the end of the header
     * @param silence before a request. As short as {@code header}, since silent clients waste a place; {@link
     *     dev.usher.admin.http.Admission} reuses such a place earlier if another client needs it
     * @param stall for a client that does not read its answer
     */
    record Patience(Duration header, Duration body, Duration silence, Duration stall) {
        static final Patience STANDARD = new Patience(
                Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(30));
    }

    private final AdminConfig startedWith;
    private final HostPort bind;
    private final Lifecycle lifecycle = new Lifecycle();
    private final Dashboard dashboard = new Dashboard();
    private final Access access;
    private final AdminSocket socket;
    private volatile AdminConfig settings;
    private volatile HttpHandler routes;
    private volatile List<Api.Entry> operations = List.of();
    /** Null until {@link #show}. */
    private volatile @Nullable Live live;

    private volatile @Nullable AdminSubject subject;
    /** Certificate chain in use; empty for plain HTTP. */
    private volatile List<X509Certificate> chain = List.of();

    private AdminServer(AdminConfig config, Patience patience, GivenSockets given) throws IOException {
        this.startedWith = config;
        this.settings = config;
        this.bind = Objects.requireNonNull(config.bind(), "asked for");
        this.access = new Access(() -> settings, config.tls() != null, System::nanoTime);
        this.routes = Routes.ofStart(lifecycle);
        this.socket = open(config, patience, given);
    }

    /**
     * Binds the address, and answers health checks until {@link #show}.
     *
     * @param config with an address to bind
     * @throws IOException if the address cannot be bound, or the TLS files cannot be used; the message names the
     *     setting and the remedy
     */
    public static AdminServer start(AdminConfig config) throws IOException {
        return start(config, GivenSockets.NONE);
    }

    /**
     * Like {@link #start(AdminConfig)}, with the predecessor's socket where the address has a socket. The predecessor
     * answers until {@link #show}.
     */
    public static AdminServer start(AdminConfig config, GivenSockets given) throws IOException {
        return new AdminServer(config, Patience.STANDARD, given);
    }

    static AdminServer start(AdminConfig config, Patience patience) throws IOException {
        return new AdminServer(config, patience, GivenSockets.NONE);
    }

    private AdminSocket open(AdminConfig config, Patience patience, GivenSockets given) throws IOException {
        SSLContext tls = null;
        if (config.tls() != null) {
            tls = Pem.context(config.tls());
            chain = Pem.certificates(config.tls().cert(), "admin.tls.cert");
        }
        String host = bind.host().isEmpty() ? "::" : bind.host();
        try {
            return AdminSocket.open(
                    new InetSocketAddress(InetAddress.getByName(host), bind.port()),
                    tls,
                    chain(patience),
                    patience,
                    given);
        } catch (IOException | RuntimeException e) {
            throw new IOException(bindFault(String.valueOf(e.getMessage())), e);
        }
    }

    private String bindFault(String why) {
        return "admin.bind " + bind + ": " + why
                + (why.contains("in use")
                        ? HostPort.whoHas(bind.port())
                                + "; choose another address with admin.bind, or none with admin: none"
                        : "");
    }

    // ---- handlers in front of each request ----

    private HttpHandler chain(Patience patience) {
        List<UnaryOperator<HttpHandler>> links = List.of(
                next -> new RequestLimits(patience.body().toMillis(), next),
                next -> new SecurityHeaders(dashboard::inlineScript, next),
                next -> new HostCheck(() -> settings, next),
                OriginCheck::new,
                next -> new Authentication(access, PlainLogin::refuse, next));
        HttpHandler chain = this::route;
        for (UnaryOperator<HttpHandler> link : links.reversed()) {
            chain = link.apply(chain);
        }
        return chain;
    }

    private void route(HttpServerExchange exchange) throws Exception {
        routes.handleRequest(exchange);
    }

    // ---- changes ----

    /** Offers dashboard, API and metrics, and reports ready. Called once the load balancer serves connections. */
    public void show(AdminSubject subject) {
        this.subject = subject;
        Attention attention = new Attention(subject.balancer(), subject.source(), lifecycle);
        Live started =
                new Live(subject.balancer(), pools -> status(subject.source(), attention, pools), access::goesOn);
        live = started;
        operations = Api.of(subject, this, attention, started);
        routes = Routes.of(subject, this, attention, operations);
        lifecycle.serves(subject.balancer());
        socket.accept();
        started.start();
    }

    private FrameStatus status(ConfigSource source, Attention attention, List<PoolView> pools) {
        return new FrameStatus(
                source.status().generation(),
                Spelling.snake(source.onDisk()),
                Spelling.snake(lifecycle.state()),
                lifecycle.listens(),
                attention.list(pools).size());
    }

    /**
     * Applies the settings that can change at run time: tokens, allowed hosts, read_only, and the certificate in its
     * present file. Off loopback, tokens are never dropped, so that the admin side does not become open to everybody.
     * One thread at a time.
     */
    public void follow(AdminConfig next) {
        boolean keeps = keepsTokens(bind, next);
        if (keeps) {
            log.warn("admin.tokens: the previous tokens stay until usher is restarted: {} is not loopback", bind);
        }
        List<Token> before = settings.tokens();
        Tls tls = settings.tls() == null || next.tls() == null ? settings.tls() : next.tls();
        settings = new AdminConfig(bind, next.allowedHosts(), keeps ? before : next.tokens(), tls, next.readOnly());
        if (tls != null) {
            followCertificate(tls);
        }
        Live shown = live;
        if (shown != null && !settings.tokens().equals(before)) {
            shown.stream().endAll(); // some clients may have lost access; the rest reconnect
        }
    }

    /** Loads the certificate if its file has changed; renewals do not change the configuration. */
    private void followCertificate(Tls tls) {
        try {
            List<X509Certificate> next = Pem.certificates(tls.cert(), "admin.tls.cert");
            if (!next.equals(chain)) {
                socket.follow(Pem.context(tls));
                chain = next;
                report(
                        Event.Kind.ADMIN,
                        "a new certificate is in use, valid until "
                                + next.getFirst().getNotAfter().toInstant());
            }
        } catch (IOException e) {
            report(Event.Kind.WARNING, "the previous certificate stays in use: " + e.getMessage());
        }
    }

    private void report(Event.Kind kind, String text) {
        AdminSubject now = subject;
        if (now != null) {
            now.balancer().report(kind, "admin.tls", text);
        }
    }

    /** Whether dropping the tokens would open the admin side to other machines. */
    static boolean keepsTokens(HostPort bind, AdminConfig next) {
        return next.tokens().isEmpty() && !bind.isLoopback();
    }

    // ---- questions ----

    /** The settings in force. */
    AdminConfig settings() {
        return settings;
    }

    /** The API's operations; empty until {@link #show}. */
    List<Api.Entry> operations() {
        return operations;
    }

    Access access() {
        return access;
    }

    Lifecycle lifecycle() {
        return lifecycle;
    }

    /** Null until {@link #show}. */
    @Nullable
    Live live() {
        return live;
    }

    Dashboard dashboard() {
        return dashboard;
    }

    /** The bound address, with the actual port if port 0 was configured. */
    public InetSocketAddress address() {
        return socket.address();
    }

    /** URL for a browser on this machine, as {@code http://127.0.0.1:9000/}. */
    public String url() {
        String host = switch (bind.host()) {
            case "", "0.0.0.0" -> "127.0.0.1";
            case "::" -> "::1";
            default -> bind.host();
        };
        return (startedWith.tls() == null ? "http" : "https") + "://"
                + new HostPort(host, address().getPort()) + "/";
    }

    /** The server certificate in use, as last loaded; empty for plain HTTP. Any thread. */
    public Optional<X509Certificate> certificate() {
        return chain.stream().findFirst();
    }

    /** Ends streams, and frees the address for a successor. Does not wait; {@link #close} follows. */
    public void letGo() {
        Live started = live;
        if (started != null) {
            started.close();
        }
        socket.stop();
    }

    @Override
    public void close() {
        Live started = live;
        if (started != null) {
            started.close(); // first: threads of the socket send the ends of streams
        }
        socket.close();
    }
}
