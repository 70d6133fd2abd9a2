package dev.usher.admin;

import dev.usher.Event;
import dev.usher.admin.http.Access;
import dev.usher.admin.http.Authentication;
import dev.usher.admin.http.HostCheck;
import dev.usher.admin.http.OriginCheck;
import dev.usher.admin.http.Pem;
import dev.usher.admin.http.RequestLimits;
import dev.usher.admin.http.SecurityHeaders;
import dev.usher.admin.live.Live;
import dev.usher.admin.live.ProcessStatus;
import dev.usher.admin.web.Dashboard;
import dev.usher.admin.web.PlainLogin;
import dev.usher.config.AdminConfig;
import dev.usher.config.AdminConfig.Tls;
import dev.usher.config.AdminConfig.Token;
import dev.usher.config.HostPort;
import dev.usher.config.Spelling;
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
 * The admin side: dashboard, API, metrics, health. It has threads of its own, few and at the common priority, and asks the
 * load balancer only what that answers to anybody; a worker never waits for it.
 *
 * <p>It listens before there is anything to show, so that a port that is taken is known before a connection is served, and
 * {@code /readyz} can be asked from the first moment on.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);

    /**
     * How long clients may take.
     *
     * @param header from its first byte to its last
     * @param body from the end of the header on
     * @param silence before a request. As short as a header: whoever says nothing uses up a place for no good. Others need
     *     not wait for it, as {@link dev.usher.admin.http.Admission} gives them such a place at once
     * @param stall for a client that does not take what it asked for
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
    /** Null until there is something to show. */
    private volatile @Nullable Live live;

    private volatile @Nullable AdminSubject subject;
    /** Whose handshakes are made now; empty for plain HTTP. */
    private volatile List<X509Certificate> chain = List.of();

    private AdminServer(AdminConfig config, Patience patience) throws IOException {
        this.startedWith = config;
        this.settings = config;
        this.bind = Objects.requireNonNull(config.bind(), "asked for");
        this.access = new Access(() -> settings, config.tls() != null, System::nanoTime);
        this.routes = Routes.ofStart(lifecycle);
        this.socket = open(config, patience);
    }

    /**
     * Listens, and answers questions about health until there is more to {@link #show}.
     *
     * @param config with an address to bind
     * @throws IOException if the address cannot be listened on, or the files for TLS cannot be used; the message names the
     *     setting, and says what to do
     */
    public static AdminServer start(AdminConfig config) throws IOException {
        return start(config, Patience.STANDARD);
    }

    static AdminServer start(AdminConfig config, Patience patience) throws IOException {
        return new AdminServer(config, patience);
    }

    private AdminSocket open(AdminConfig config, Patience patience) throws IOException {
        SSLContext tls = null;
        if (config.tls() != null) {
            tls = Pem.context(config.tls());
            chain = Pem.certificates(config.tls().cert(), "admin.tls.cert");
        }
        String host = bind.host().isEmpty() ? "::" : bind.host();
        try {
            return AdminSocket.open(
                    new InetSocketAddress(InetAddress.getByName(host), bind.port()), tls, chain(patience), patience);
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

    // ---- what a request passes ----

    private HttpHandler chain(Patience patience) {
        List<UnaryOperator<HttpHandler>> links = List.of(
                next -> new RequestLimits(patience.body().toMillis(), next),
                next -> new SecurityHeaders(dashboard.inlineScript(), next),
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

    // ---- what it is told ----

    /** Connections are served from now on, and there is something to show. */
    public void show(AdminSubject subject) {
        this.subject = subject;
        Attention attention = new Attention(subject.balancer(), subject.source(), lifecycle);
        Live started = new Live(subject.balancer(), () -> status(subject.source(), attention), access::goesOn);
        live = started;
        operations = Api.of(subject, this, attention, started);
        routes = Routes.of(subject, this, attention, operations);
        lifecycle.serves(subject.balancer());
        started.start();
    }

    private ProcessStatus status(ConfigSource source, Attention attention) {
        return new ProcessStatus(
                source.status().generation(),
                Spelling.snake(source.onDisk()),
                Spelling.snake(lifecycle.state()),
                attention.list().size());
    }

    /**
     * Takes over what can be taken over while it runs: tokens, allowed hosts, read_only, and the certificate in the files
     * of today. Where it listens off loopback it never becomes open to all. One thread at a time.
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
            shown.stream().endAll(); // some may not look any more; the others come again
        }
    }

    /** A certificate is renewed in its file, without a change of the configuration. */
    private void followCertificate(Tls tls) {
        try {
            List<X509Certificate> next = Pem.certificates(tls.cert(), "admin.tls.cert");
            if (!next.equals(chain)) {
                socket.follow(Pem.context(tls));
                chain = next;
                report(
                        Event.Kind.ADMIN,
                        "another certificate is in use, good until "
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

    /** Whether without its tokens the admin side would be open to others than this machine. */
    static boolean keepsTokens(HostPort bind, AdminConfig next) {
        return next.tokens().isEmpty() && !bind.isLoopback();
    }

    // ---- what it is asked ----

    /** What is followed now. */
    AdminConfig settings() {
        return settings;
    }

    /** What the API answers. */
    List<Api.Entry> operations() {
        return operations;
    }

    Access access() {
        return access;
    }

    Lifecycle lifecycle() {
        return lifecycle;
    }

    /** Null until there is something to show. */
    @Nullable
    Live live() {
        return live;
    }

    Dashboard dashboard() {
        return dashboard;
    }

    /** Where it listens, with the port that the system chose where port 0 was asked for. */
    public InetSocketAddress address() {
        return socket.address();
    }

    /** Where a browser of this machine finds it, as {@code http://127.0.0.1:9000/}. */
    public String url() {
        String host = switch (bind.host()) {
            case "", "0.0.0.0" -> "127.0.0.1";
            case "::" -> "::1";
            default -> bind.host();
        };
        return (startedWith.tls() == null ? "http" : "https") + "://"
                + new HostPort(host, address().getPort()) + "/";
    }

    /**
     * The certificate of its handshakes now, the first of its chain: what its file had when it was last taken over. Empty
     * for plain HTTP. Any thread may ask.
     */
    public Optional<X509Certificate> certificate() {
        return chain.stream().findFirst();
    }

    /**
     * Ends what it answers, and gives its address free for a successor, which begins to answer there. Waits for nobody;
     * {@link #close} comes later.
     */
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
            started.close(); // before the threads end that would send the ends of streams
        }
        socket.close();
    }
}
