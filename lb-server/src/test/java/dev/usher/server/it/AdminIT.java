package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Commands;
import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The built product's admin side, asked by curl and by usher's own commands. */
class AdminIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String TOKEN = "as long as it is not to be guessed";

    private final Parts parts = new Parts();
    private final Path directory = Program.directory("admin");
    private final Path file = directory.resolve("usher.yaml");
    /** By itself, so that commands find this process and no other that runs here. */
    private final Map<String, String> environment =
            Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString());

    private final Commands commands = parts.add(new Commands(environment));
    private final int port;

    @SuppressWarnings("NullAway.Init")
    private Program usher;

    private String base = "";

    AdminIT() throws IOException {
        port = Ports.free();
    }

    @AfterEach
    void closeAll() throws Exception {
        parts.closeAll();
    }

    private void write(String admin, String more) throws IOException {
        Files.writeString(file, """
                listeners: { test: { bind: "127.0.0.1:%d", client_hello: { timeout: 60s } } }
                routes: { www.example.com: web }
                pools:
                  web: { backends: ["127.0.0.1:1", "127.0.0.1:2"], health_check: none }
                reload: { debounce: 50ms, poll: 200ms }
                admin: %s
                logging: { access: { output: none } }
                """.formatted(port, admin) + more);
    }

    private void start(String admin, String more) throws Exception {
        write(admin, more);
        usher = parts.add(Program.start("usher", Product.command("run", file.toString()), environment));
        Matcher address = usher.awaitPrinted("dashboard: (\\S+)", PATIENCE);
        base = address.group(1);
        usher.awaitPrinted("usher \\S+ is ready", PATIENCE);
    }

    private static String curl(String... arguments) throws Exception {
        return Command.curl(arguments).succeeds().out();
    }

    private Command.Result command(String... arguments) throws Exception {
        return commands.run(arguments);
    }

    /** A command that is told which process it is to ask: others may run here. */
    private Command.Result ask(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--pid", Long.toString(usher.pid())));
        return command(all.toArray(String[]::new));
    }

    private static String uid() throws Exception {
        return Command.run("", List.of("id", "-u")).succeeds().out().strip();
    }

    private static void assertSays(int exitCode, String text, Command.Result result) {
        assertEquals(exitCode, result.exitCode(), result::toString);
        assertTrue(result.all().contains(text), result::toString);
    }

    @Test
    void curlGetsStatusDashboardMetricsAndHealth() throws Exception {
        start("{ bind: \"127.0.0.1:0\" }", "");
        assertTrue(curl(base + "api/v1/status").contains("\"state\":\"serving\""));
        assertTrue(curl(base).contains("<div id=\"app\">"));
        assertTrue(curl(base + "plain").contains("<td>127.0.0.1:1</td><td>up</td>"));
        assertTrue(curl(base + "metrics").contains("usher_"));
        assertTrue(curl(base + "readyz").contains("\"status\":\"ok\""));
        assertTrue(curl("-H", "Host: evil.example", base).contains("admin.allowed_hosts"));
        assertTrue(curl("-X", "PATCH", "-d", "{}", base + "api/v1/pools/web/backends/127.0.0.1:1")
                .contains("application/json"));
        String effective = curl(base + "api/v1/config");
        assertTrue(effective.contains("held_bytes: 256MiB"), effective);
        assertTrue(effective.contains("\"on_disk\":\"same\""), effective);
        usher.signal("TERM");
        assertEquals(0, usher.exitCode(PATIENCE));
        String raw = usher.err()
                .text()
                .lines()
                .filter(line -> !line.matches("20\\d\\d-\\S+Z (DEBUG|INFO|WARN|ERROR) .*"))
                .collect(Collectors.joining("\n"));
        assertEquals("", raw, "the JVM has warnings of its own, as of sun.misc.Unsafe");
    }

    @Test
    void commandsFindTheProcessAndChangeIt() throws Exception {
        start("{ bind: \"127.0.0.1:0\", read_only: false }", "");
        Command.Result status = ask("status");
        assertSays(0, "backends       2 of 2 serving", status);
        assertSays(0, "nothing needs attention", status);
        assertSays(0, "usher.yaml: up to date", status);
        assertSays(0, "\"accepted_total\"", ask("status", "--json"));
        assertSays(0, "\"status\":\"ok\"", ask("healthcheck"));

        assertSays(0, "draining", ask("drain", "web", "127.0.0.1:1", "--close-after", "5m"));
        assertSays(
                0,
                "127.0.0.1:1  draining (by uid " + uid(),
                ask("explain", "--live", file.toString(), "www.example.com"));
        assertSays(0, "127.0.0.1:1  draining (by uid " + uid(), ask("explain", "www.example.com"));
        assertSays(
                4,
                "no.example on listener test, from 127.0.0.1, now, by process " + usher.pid(),
                ask("explain", "no.example"));
        assertSays(
                4, "ask for www.example.com instead\n\nrefused   invalid_name", ask("explain", "www.example.com:8443"));
        assertSays(
                1,
                "127.0.0.1:2 is the last backend of pool web that takes sessions; without it clients of www.example.com get a TLS"
                        + " alert. Repeat with --force to do it anyway",
                ask("disable", "web", "127.0.0.1:2"));
        assertSays(0, "ok: serving for", ask("status", "--check")); // a backend that was drained is no fault
        assertSays(
                0,
                "pool web: no backend is available now; clients are refused",
                ask("disable", "web", "127.0.0.1:2", "--force"));
        assertSays(2, "critical: pool web: no backend is available", ask("status", "--check"));
        assertSays(
                0,
                "critical  pool web: no backend is available; clients of www.example.com get a TLS alert: 1 draining (by"
                        + " uid " + uid(),
                ask("status"));
        assertSays(
                4,
                "\nrefused   no_backend\nclient    sees the TLS alert internal_error (80)\n",
                ask("explain", "www.example.com"));
        String events = curl(base + "api/v1/events");
        assertTrue(
                events.indexOf("no backend is available; clients are refused") < events.indexOf("disabled by uid "),
                "the newest first: " + events);
        assertSays(0, "up (", ask("enable", "web", "127.0.0.1:2"));
        assertSays(0, "unchanged: up (", ask("enable", "web", "127.0.0.1:2"));
        assertSays(0, "pool web: up (not probed), weight 7", ask("weight", "web", "127.0.0.1:2", "7"));
        assertSays(0, "unchanged: up (not probed), weight 7", ask("weight", "web", "127.0.0.1:2", "7"));
        assertSays(1, "weight must be from 0 to 256", ask("weight", "web", "127.0.0.1:2", "1000"));
        assertSays(1, "no pool \"none\"; there are web", ask("drain", "none", "127.0.0.1:2"));
        assertSays(
                4,
                "\nrefused   unknown_name\nclient    sees the TLS alert unrecognized_name (112)\n",
                ask("explain", "--live", file.toString(), "no.example"));
        assertSays(2, "drain", ask("drain", "web", "127.0.0.1:1", "--close-after", "5"));
        String acts = curl(base + "api/v1/events?kind=admin");
        assertTrue(acts.contains("drained by uid " + uid()), acts);
    }

    @Test
    void commandsSayWhyTheyCannot() throws Exception {
        assertSays(1, "no running usher found", command("status", "--pid", "1"));
        assertSays(1, "nothing answers at http://127.0.0.1:1", command("healthcheck", "--admin", "http://127.0.0.1:1"));
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(TOKEN.getBytes(StandardCharsets.UTF_8)));
        start("{ bind: \"127.0.0.1:0\", tokens: [{ name: ops, role: operator, sha256: " + hash + " }] }", "");
        assertSays(1, "a token is needed: --token-file FILE, or USHER_TOKEN", command("status", "--admin", base));
        assertSays(3, "a token is needed", command("status", "--check", "--admin", base));
        String token =
                Files.writeString(directory.resolve("token"), TOKEN + "\n").toString();
        assertSays(0, "serving", command("status", "--admin", base, "--token-file", token));
        assertSays(
                1,
                "set admin.read_only: false",
                command("drain", "--admin", base, "--token-file", token, "web", "127.0.0.1:1"));
        assertSays(1, "set admin.read_only: false", command("reload", "--admin", base, "--token-file", token));
        assertSays(0, "ok", command("healthcheck", "--admin", base));
        String config = curl("-H", "Authorization: Bearer " + TOKEN, base + "api/v1/config");
        assertTrue(!config.contains(hash) && config.contains("***"), config);
    }

    @Test
    void reloadFollowsWhatItCanAndSaysWhatItCannot() throws Exception {
        start("{ bind: \"127.0.0.1:0\" }", "");
        assertSays(1, "admin.read_only", command("drain", "--admin", base, "web", "127.0.0.1:1"));
        write("{ bind: \"127.0.0.1:0\", read_only: false }", "");
        usher.awaitPrinted("generation 2 is in force", PATIENCE);
        assertSays(0, "draining", command("drain", "--admin", base, "web", "127.0.0.1:1"));
        assertSays(
                0,
                "no changes: the content of the files is in force already, as generation 2 for ",
                command("reload", "--admin", base));
        write("{ bind: \"127.0.0.1:" + Ports.free() + "\", read_only: false }", "");
        usher.awaitPrinted("restart usher to apply: admin.bind", PATIENCE);
        assertSays(0, "restart usher to apply: admin.bind", ask("status"));
        write("{ bind: \"127.0.0.1:0\", read_only: false }", "oops: 1\n");
        usher.awaitPrinted("generation 3 stays in force", PATIENCE);
        assertSays(1, "warning: configuration: the new configuration is invalid", ask("status", "--check"));
        Await.process(
                () -> curl(base + "api/v1/status").contains("\"on_disk\":\"faulty\""),
                "the files are looked at",
                PATIENCE);
        assertTrue(curl("-X", "POST", base + "api/v1/reload").contains("\"result\":\"refused\""));
    }

    /** As certbot does it: new files in the place of the old ones, and nothing else. The paths are relative. */
    @Test
    void aRenewedCertificateIsTakenUpAndABadOneIsNot() throws Exception {
        makeCertificate("1");
        start("{ bind: \"127.0.0.1:0\", tls: { cert: admin.crt, key: ./admin.key } }", "");
        assertTrue(handshake().contains("serial=01"), this::handshake);
        assertSays(0, "nothing needs attention", ask("status"));

        makeCertificate("2");
        usher.awaitPrinted("admin.tls: a new certificate is in use, valid until 20", PATIENCE);
        assertTrue(handshake().contains("serial=02"), this::handshake);
        assertSays(0, "generation 1", ask("status"));

        String good = Files.readString(directory.resolve("admin.key"));
        openssl("genpkey", "-algorithm", "ed25519", "-out", "admin.key");
        usher.awaitPrinted("admin.key is not the key of the certificate in", PATIENCE);
        usher.awaitPrinted("refused \\(files changed\\): the new configuration is invalid", PATIENCE);
        assertTrue(handshake().contains("serial=02"), this::handshake);
        assertSays(0, "the new configuration is invalid; generation 1 stays in force", ask("status"));

        Files.writeString(directory.resolve("admin.key"), good);
        Await.process(() -> ask("status").out().contains("nothing needs attention"), "it is noticed", PATIENCE);

        makeCertificate("3", "other.key"); // the file has another than is in use, and commands go by the latter
        Await.process(
                () -> ask("status").out().contains("the new configuration is invalid"), "it is refused", PATIENCE);
        assertTrue(handshake().contains("serial=02"), this::handshake);
    }

    private void makeCertificate(String serial) throws Exception {
        makeCertificate(serial, "admin.key");
    }

    private void makeCertificate(String serial, String key) throws Exception {
        openssl(("req -x509 -newkey ed25519 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
                        + " -keyout " + key + " -out admin.crt -set_serial " + serial)
                .split(" ", -1));
    }

    private void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("env", "-C", directory.toString(), Program.require("openssl")));
        command.addAll(List.of(arguments));
        Command.run("", command).succeeds();
    }

    /** What openssl is shown, with its serial number. */
    private String handshake() {
        try {
            String shown = Command.run(
                            "",
                            List.of(
                                    Program.require("openssl"),
                                    "s_client",
                                    "-connect",
                                    base.replaceAll("https://|/", "")))
                    .out();
            return Command.run(shown, List.of("openssl", "x509", "-noout", "-serial"))
                    .out();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void isNotReadyWhileItWaitsForOthersToNotice() throws Exception {
        start("{ bind: \"127.0.0.1:0\" }", "shutdown: { readiness_delay: 60s }\n");
        usher.signal("TERM");
        usher.awaitPrinted("not ready from now on", PATIENCE);
        String ready = curl("-w", "%{http_code}", base + "readyz");
        assertTrue(ready.contains("\"not_draining\",\"ok\":false") && ready.endsWith("503"), ready);
        assertTrue(curl(base + "api/v1/status").contains("\"state\":\"draining\""));
        try (Socket client = new Socket()) { // and still serves
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        }
        usher.signal("INT"); // another one: a second SIGTERM within 100 ms is taken for an echo of the first
        usher.exitCode(PATIENCE);
    }

    /** By its run file, so without a word of where it is. */
    @Test
    void isFoundUntilItHasEnded() throws Exception {
        start("{ bind: \"127.0.0.1:0\" }", "shutdown: { drain: 60s }\n");
        assertSays(0, "serving for", ask("status"));
        try (Socket client = new Socket()) {
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            Await.process(() -> ask("status").out().contains("1 open"), "it is taken");
            usher.signal("TERM");
            usher.awaitPrinted("no new connections; 1 session may finish", PATIENCE);
            assertSays(0, "draining, 1 connection left; up for", ask("status"));
        }
        assertEquals(0, usher.exitCode(PATIENCE));
        assertSays(1, "there is no process " + usher.pid(), ask("status"));
    }

    @Test
    void portThatIsTakenIsSaidBeforeAnythingIsServed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            write("{ bind: \"127.0.0.1:" + taken.getLocalPort() + "\" }", "");
            assertSays(
                    1,
                    "admin.bind 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use (to see who has it: ss -tanp",
                    Command.run("", Product.command("run", file.toString())));
        }
    }
}
