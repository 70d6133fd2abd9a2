package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Probes of real servers, by the default TCP checks and by TLS: whether they fill the servers' logs. */
@Tag("slow")
class ProbeTracesIT {
    private static final String NAME = "www.example.com";
    private static final int PROBES = 30;

    private final Parts parts = new Parts();
    private final Certificates certificates = new Certificates();
    private final Certificates.Leaf leaf = certificates.leaf(NAME);

    ProbeTracesIT() throws Exception {}

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private void probe(String type, int port) throws Exception {
        Usher usher = parts.add(Usher.withAdmin(
                """
                routes: { %s: "127.0.0.1:%d" }
                defaults: { health_check: { type: %s, interval: 50ms, timeout: 5s%s } }
                """.formatted(NAME, port, type, type.equals("tcp") ? "" : ", verify: false, server_name: " + NAME)));
        AdminSide admin = parts.add(new AdminSide(usher));
        Set<String> probes = new HashSet<>();
        Await.until(
                () -> {
                    JsonNode backend = admin.json("/api/v1/pools").at("/pools/0/backends/0");
                    assertTrue(
                            List.of("up", "unprobed")
                                    .contains(backend.path("state").asString()),
                            backend::toString);
                    probes.add(backend.at("/last_probe/at").asString());
                    return probes.size() > PROBES;
                },
                "there were " + PROBES + " probes");
        // usher goes on: an end in the middle of a probe leaves a trace.
    }

    private static void leavesNone(Program server, String regex) {
        List<String> lines = Pattern.compile("(?m)^.*(" + regex + ").*$")
                .matcher(server.all())
                .results()
                .map(found -> found.group())
                .toList();
        assertEquals(List.of(), lines);
    }

    /** Go's TLS servers write a line for each handshake that is broken off. */
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls", "https"})
    void leaveNoneInTheLogOfAGoServer(String type) throws Exception {
        int port = Ports.free();
        Path config = Program.directory("node-exporter").resolve("web.yml");
        Files.writeString(
                config,
                "tls_server_config: { cert_file: %s, key_file: %s }\n".formatted(leaf.chainFile(), leaf.keyFile()));
        Program server = parts.add(Program.start(
                "node-exporter",
                List.of(
                        Program.require("prometheus-node-exporter"),
                        "--web.config.file=" + config,
                        "--web.listen-address=127.0.0.1:" + port,
                        "--collector.disable-defaults")));
        server.awaitPrinted("TLS is enabled"); // a look whether it accepts would be in its log
        probe(type, port);
        leavesNone(server, "handshake error");
    }

    /** At its level info, which has every client that comes and goes. */
    @Test
    void leaveNoneInTheLogOfNginx() throws Exception {
        int port = Ports.free();
        Path prefix = Program.directory("nginx-info");
        Nginx.configure(prefix, "stderr info", """
                access_log /dev/stdout;
                server {
                    listen 127.0.0.1:%d ssl;
                    ssl_certificate %s;
                    ssl_certificate_key %s;
                }
                """.formatted(port, leaf.chainFile(), leaf.keyFile()));
        Program server = Nginx.start("nginx", prefix, port);
        parts.add(server);
        Await.until(() -> server.all().contains("client"), "it has logged the look whether it listens");
        int before = server.all().length();
        probe("tcp", port);
        assertEquals(
                List.of(),
                server.all()
                        .substring(before)
                        .lines()
                        .filter(line -> line.contains("client"))
                        .toList());
    }

    /** It has a line for each connection, since {@code dontlognull} is off: one that a TLS probe makes is no failed one. */
    @ParameterizedTest
    @ValueSource(strings = {"tcp", "tls"})
    void leaveNoneInTheLogOfHaproxy(String type) throws Exception {
        int port = Ports.free();
        Path directory = Program.directory("haproxy-log");
        Path both = directory.resolve("both.pem");
        Files.writeString(both, Files.readString(leaf.chainFile()) + Files.readString(leaf.keyFile()));
        Path file = directory.resolve("haproxy.cfg");
        Files.writeString(file, """
                global
                    maxconn 200
                    log stdout format raw local0
                defaults
                    mode http
                    log global
                    option httplog
                    timeout connect 5s
                    timeout client 10s
                    timeout server 10s
                frontend it
                    bind 127.0.0.1:%d ssl crt %s
                    http-request return status 200
                """.formatted(port, both));
        Program server =
                parts.add(Program.start("haproxy", List.of(Program.require("haproxy"), "-db", "-f", file.toString())));
        Await.until(() -> Ports.accepts(port), "haproxy listens");
        Await.until(() -> server.all().contains("127.0.0.1"), "it has logged that look");
        int before = server.all().length();
        probe(type, port);
        if (type.equals("tcp")) {
            assertEquals("", server.all().substring(before));
        }
        leavesNone(server, "handshake failure");
    }
}
