package dev.usher.server.it;

import dev.usher.server.Program;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A real web server with the file of docs/recipes.md, which terminates TLS beside usher. */
final class Terminator implements AutoCloseable {
    private static final String PORT = "127.0.0.1:8443";
    private static final String SOCKET = "/run/app/tls.sock";

    private final Program program;
    /** Where it listens: host:port, or the path of a unix socket. */
    private final String place;

    private final boolean toldTheClient;

    /** Which web server. */
    enum Kind {
        NGINX,
        NGINX_UNIX,
        HAPROXY,
        HAPROXY_UNIX,
        CADDY;

        boolean isUnix() {
            return this == NGINX_UNIX || this == HAPROXY_UNIX;
        }
    }

    private Terminator(Program program, String place, boolean toldTheClient) {
        this.program = program;
        this.place = place;
        this.toldTheClient = toldTheClient;
    }

    static Terminator start(Kind kind, Certificates.Leaf leaf, Backend application) throws Exception {
        Path directory = Program.directory("terminator");
        String place = kind.isUnix() ? directory.resolve("tls.sock").toString() : "127.0.0.1:" + Ports.free();
        return switch (kind) {
            case NGINX, NGINX_UNIX -> nginx(directory, place, leaf, application);
            case HAPROXY, HAPROXY_UNIX -> haproxy(directory, place, leaf, application);
            case CADDY -> caddy(directory, place, leaf, application);
        };
    }

    /** A program's file with the place where the program is to listen, as the page says for a port and a socket. */
    private static Recipe at(String place, String program, Recipe file) throws Exception {
        return place.startsWith("/") ? file.onUnixSocket(program).put(SOCKET, place) : file.put(PORT, place);
    }

    private static Program listening(String place, Program program) throws Exception {
        return place.startsWith("/") ? Ports.taken(Path.of(place), program) : Ports.taken(port(place), program);
    }

    private static int port(String place) {
        return Integer.parseInt(place.substring(place.indexOf(':') + 1));
    }

    private static Terminator nginx(Path directory, String place, Certificates.Leaf leaf, Backend application)
            throws Exception {
        Recipe file = at(place, "nginx", Recipe.of("app.conf"))
                .put("127.0.0.1:3000", application.hostPort())
                .put("/etc/ssl/app.pem", leaf.chainFile().toString())
                .put("/etc/ssl/app.key", leaf.keyFile().toString());
        Files.writeString(directory.resolve("app.conf"), file.text());
        Nginx.configure(directory, "access_log off; include " + directory.resolve("app.conf") + ";");
        return new Terminator(listening(place, Nginx.start("nginx-terminator", directory)), place, true);
    }

    private static Terminator haproxy(Path directory, String place, Certificates.Leaf leaf, Backend application)
            throws Exception {
        Path both = directory.resolve("app.pem");
        Files.writeString(both, Files.readString(leaf.chainFile()) + Files.readString(leaf.keyFile()));
        Recipe file = at(place, "HAProxy", Recipe.of("haproxy.cfg"))
                .put("127.0.0.1:3000", application.hostPort())
                .put("/etc/haproxy/app.pem", both.toString());
        Path written =
                Files.writeString(directory.resolve("haproxy.cfg"), file.text().replace(" group usher", ""));
        List<String> command = List.of(Program.require("haproxy"), "-db", "-f", written.toString());
        return new Terminator(listening(place, Program.start("haproxy", command)), place, true);
    }

    /** Before 2.7 Caddy reads no PROXY header; the page says which lines to leave out. */
    private static Terminator caddy(Path directory, String place, Certificates.Leaf leaf, Backend application)
            throws Exception {
        String caddy = Program.require("caddy");
        boolean readsProxyHeaders = Command.run("", List.of(caddy, "list-modules"))
                .succeeds()
                .out()
                .contains("caddy.listeners.proxy_protocol");
        Recipe file = Recipe.of("Caddyfile")
                .put("https_port 8443", "https_port " + port(place) + "\n\tadmin off")
                .put("http_port 8080", "http_port " + Ports.free())
                .put("127.0.0.1:3000", application.hostPort())
                .put("app.example.com {", "app.example.com {\n\ttls " + leaf.chainFile() + " " + leaf.keyFile());
        if (!readsProxyHeaders) {
            file = file.without("^\t\tlistener_wrappers \\{.*?^\t\t\\}\n");
        }
        Path written = Files.writeString(directory.resolve("Caddyfile"), file.text());
        Program program = Program.start(
                "caddy",
                List.of(caddy, "run", "--config", written.toString(), "--adapter", "caddyfile"),
                Map.of("XDG_DATA_HOME", directory.toString(), "XDG_CONFIG_HOME", directory.toString()));
        return new Terminator(listening(place, program), place, readsProxyHeaders);
    }

    boolean isToldTheClient() {
        return toldTheClient;
    }

    /** usher's file with this web server, and listeners on free ports. */
    String leadTo(Recipe usher) throws Exception {
        Recipe file = at(place, "usher", usher).put("\":443\"", "127.0.0.1:0").put("\":80\"", "127.0.0.1:0");
        return (toldTheClient ? file : file.without("^    send_proxy_protocol: v2.*?\n")).text();
    }

    @Override
    public void close() {
        program.close();
    }
}
