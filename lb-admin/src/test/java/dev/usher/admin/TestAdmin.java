package dev.usher.admin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.Program;
import dev.usher.config.AdminConfig;
import dev.usher.config.AdminConfig.Role;
import dev.usher.config.AdminConfig.Token;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.relay.SessionLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An admin side on a free port of loopback, in front of a load balancer with one pool. */
final class TestAdmin implements AutoCloseable {
    static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
    static final AdminConfig OPEN = config(List.of(), false);
    static final String VIEWER = "a token that may look";
    static final String OPERATOR = "a token that may change";
    static final List<Token> TOKENS = List.of(
            new Token("eyes", Role.VIEWER, sha256(VIEWER)), new Token("hands", Role.OPERATOR, sha256(OPERATOR)));
    /** Nobody listens there. */
    static final String BACKEND = "127.0.0.1:1";

    private static final int PATIENCE_MILLIS = 15_000;

    final LoadBalancer balancer;
    final AdminServer server;
    final FixedSource source = new FixedSource();

    private TestAdmin(
            AdminConfig config, AdminServer.Patience patience, List<RouteConfig> routes, List<PoolConfig> pools)
            throws IOException {
        this.balancer = LoadBalancer.start(
                UsherConfig.of(List.of(ListenerConfig.tls("https", List.of(ANY_PORT))), routes, pools),
                Environment.of(SessionLog.NONE, 100));
        this.server = AdminServer.start(config, patience);
        server.show(new AdminSubject(balancer, source, new Program("0.0.0", "", Instant.now())));
    }

    static TestAdmin start(AdminConfig config) throws IOException {
        return start(config, AdminServer.Patience.STANDARD);
    }

    static TestAdmin start(AdminConfig config, AdminServer.Patience patience) throws IOException {
        return start(config, patience, List.of(RouteConfig.of("www.example.com", "web")));
    }

    static TestAdmin start(AdminConfig config, List<RouteConfig> routes, List<PoolConfig> pools) throws IOException {
        return new TestAdmin(config, AdminServer.Patience.STANDARD, routes, pools);
    }

    /** With one pool, web, and these routes to it. */
    static TestAdmin start(AdminConfig config, AdminServer.Patience patience, List<RouteConfig> routes)
            throws IOException {
        return new TestAdmin(
                config,
                patience,
                routes,
                List.of(PoolConfig.of("web", List.of(BackendConfig.of(HostPort.parse(BACKEND))))));
    }

    static AdminConfig config(List<Token> tokens, boolean readOnly) {
        return new AdminConfig(ANY_PORT, AdminConfig.DEFAULT_ALLOWED_HOSTS, tokens, null, readOnly);
    }

    static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return server.address().getPort();
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /**
     * An answer as it came.
     *
     * @param headers by lower-case name; of several the last
     */
    record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }

        /** Whether it says something wherever it says it. */
        boolean says(String text) {
            return body.contains(text);
        }
    }

    /** A request from its first line, with Host and what else is given; the connection ends with it. */
    Answer ask(String requestLine, String... headers) throws IOException {
        return send(requestLine, "", headers);
    }

    /** The same with a body. */
    Answer send(String requestLine, String body, String... headers) throws IOException {
        StringBuilder request = new StringBuilder(requestLine).append(" HTTP/1.1\r\nConnection: close\r\n");
        if (List.of(headers).stream().noneMatch(header -> header.startsWith("Host:"))) {
            request.append("Host: localhost:").append(port()).append("\r\n");
        }
        for (String header : headers) {
            if (!header.equals("Host:")) {
                request.append(header).append("\r\n");
            }
        }
        if (!body.isEmpty()) {
            request.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return raw(request + "\r\n" + body);
    }

    /** Sends just this, and reads to the end. */
    Answer raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            return answer(new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
        }
    }

    static Answer answer(String text) {
        if (text.isEmpty()) {
            return new Answer(0, Map.of(), "");
        }
        int end = text.indexOf("\r\n\r\n");
        String[] lines = text.substring(0, end).split("\r\n", -1);
        Map<String, String> headers = new TreeMap<>();
        for (int i = 1; i < lines.length; i++) {
            String[] parts = lines[i].split(": ", 2);
            headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1]);
        }
        return new Answer(Integer.parseInt(lines[0].split(" ", -1)[1]), headers, text.substring(end + 4));
    }

    /** Drains the one backend. */
    Answer drain(String... headers) throws IOException {
        String[] all = new String[headers.length + 1];
        System.arraycopy(headers, 0, all, 0, headers.length);
        all[headers.length] = "Content-Type: application/json";
        return send("PATCH " + backendPath(), "{\"admin_state\": \"drain\", \"force\": true}", all);
    }

    static String backendPath() {
        return "/api/v1/pools/web/backends/" + BACKEND;
    }

    @Override
    public void close() {
        server.close();
        balancer.close();
    }
}
