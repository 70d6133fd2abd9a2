package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.Printable;
import dev.usher.server.Commands;
import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that others choose (certificates, names, files) reach the log, the commands and the API, and do nothing there. */
class HostileTextIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String FORGED = "2026-01-01T00:00:00.000Z ERROR pool web: forged";
    /** Ends the line, forges another, clears the screen. */
    private static final String HOSTILE = "x\n" + FORGED + "\u001b[2j\r.shop.example";

    private final Parts parts = new Parts();

    private @Nullable Commands commands;

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private static void assertHarmless(String what, String printed) {
        assertTrue(
                printed.codePoints().allMatch(c -> c == '\n' || c == '\t' || Printable.is(c)),
                () -> what + " has a control character: " + Printable.of(printed));
        assertTrue(
                printed.lines().noneMatch(line -> line.startsWith(FORGED)),
                () -> what + " has a forged line: " + printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "json"})
    void aCertificateForgesNoLine(String format) throws Exception {
        Certificates certificates = new Certificates();
        Certificates.Leaf leaf = certificates.leaf("evil\u202e\u001b[2J\n" + FORGED, HOSTILE, "www.example");
        OpensslServer backend = parts.add(new OpensslServer(leaf));
        Path directory = Program.directory("hostile");
        Path file = directory.resolve("usher.yaml");
        Files.writeString(file, """
                listeners: { test: { bind: "127.0.0.1:0" } }
                routes: { www.example: web, "*.shop.example": shop }
                pools:
                  web:
                    backends: ["127.0.0.1:%d"]
                    health_check: { type: tls, server_name: www.example, verify: false, interval: 100ms }
                  shop: { backends: ["127.0.0.1:1"], health_check: none }
                admin: { bind: "127.0.0.1:0" }
                logging: { format: %s, access: { output: none } }
                """.formatted(backend.port(), format));
        Program usher = parts.add(Program.start("usher", Product.command("run", file.toString())));
        String base = usher.awaitPrinted("(http://127.0.0.1:\\d+/)", PATIENCE).group(1);
        usher.awaitPrinted("forged", PATIENCE); // the hazard: its certificate covers a name that another pool has

        assertHarmless("the log", usher.all());
        for (String path : List.of("status", "events", "certificates", "pools", "config")) {
            String body = curl(base + "api/v1/" + path);
            assertHarmless(path, body);
            assertTrue(body.chars().allMatch(c -> c >= ' ' && c < 0x7f), path);
        }
        assertTrue(curl(base + "api/v1/certificates").contains("forged"));
        assertHarmless("/plain", curl(base + "plain"));
        assertHarmless("/metrics", curl(base + "metrics"));

        Command.Result status = command("status", "--admin", base);
        assertEquals(0, status.exitCode(), status::toString);
        assertHarmless("usher status", status.all());
        assertHarmless(
                "usher status --json",
                command("status", "--json", "--admin", base).succeeds().all());
    }

    /** What a header carries besides addresses is read over; a name or protocol behind it is shown, escaped. */
    @Test
    void aProxyHeaderForgesNoLine() throws Exception {
        Backend echo = parts.add(new Backend(Backend.ECHO));
        Path directory = Program.directory("hostile");
        Path access = directory.resolve("access.log");
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners:
                  test: { bind: "127.0.0.1:0", accept_proxy_protocol: any, trusted_proxies: [127.0.0.0/8] }
                routes: { www.example: "%s" }
                defaults: { health_check: none, send_proxy_protocol: v2 }
                admin: { bind: "127.0.0.1:0" }
                logging: { access: { output: %s } }
                """.formatted(echo.hostPort(), access));
        Program usher = parts.add(Program.start("usher", Product.command("run", file.toString())));
        int port = Integer.parseInt(usher.awaitPrinted("listener test: \\w+ on 127\\.0\\.0\\.1:(\\d+)", PATIENCE)
                .group(1));
        String base = usher.awaitPrinted("(http://127.0.0.1:\\d+/)", PATIENCE).group(1);
        usher.awaitPrinted("usher \\S+ is ready", PATIENCE);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        String hello = latin(Hello.hostile("www.example", HOSTILE));
        List<String> said = List.of(
                block(INET, latin(new byte[] {10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1})) + hello,
                block(UNIX, (HOSTILE + "\0".repeat(216)).substring(0, 216)) + hello,
                block(INET, latin(new byte[12])) + latin(Hello.hostile(HOSTILE, HOSTILE)),
                block(INET, HOSTILE), // half of an address more: no TLV
                "PROXY UNKNOWN " + HOSTILE.replaceAll("[\\r\\n]", "\u001b") + "\r\n" + hello,
                "PROXY TCP6 fe80::1%" + HOSTILE + " ::1 1 2\r\n" + hello);
        for (String each : said) {
            try (Peer peer = Peer.connect(address)) {
                peer.send(each.getBytes(StandardCharsets.ISO_8859_1))
                        .halfClose()
                        .ending();
            }
        }
        Await.until(() -> Files.readAllLines(access).size() == said.size(), "each has its line");

        String lines = Files.readString(access);
        assertHarmless("the access log", lines);
        assertTrue(lines.contains("\"client\":\"10.0.0.1:257\"") && lines.contains("forged"), lines);
        assertHarmless("the log", usher.all());
        for (String path : List.of("status", "events", "names", "connections", "listeners")) {
            assertHarmless(path, curl(base + "api/v1/" + path));
        }
        assertTrue(curl(base + "api/v1/names").contains("forged"));
        assertHarmless("/plain", curl(base + "plain"));
        assertHarmless("/metrics", curl(base + "metrics"));
    }

    private static final char INET = 0x11;
    private static final char UNIX = 0x31;

    /** A header of version 2 with an authority, a protocol, an id and a type that nobody knows, all hostile. */
    private static String block(char family, String addresses) {
        StringBuilder body = new StringBuilder(addresses);
        for (char type : new char[] {0x02, 0x01, 0x05, 0xe0}) {
            body.append(type).append('\0').append((char) HOSTILE.length()).append(HOSTILE);
        }
        return "\r\n\r\n\0\r\nQUIT\n!" + family + (char) (body.length() >> 8) + (char) (body.length() & 255) + body;
    }

    private static String latin(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String curl(String address) throws Exception {
        return Command.curl(address).succeeds().out();
    }

    private Command.Result command(String... arguments) throws Exception {
        if (commands == null) {
            commands = parts.add(new Commands(Map.of()));
        }
        return commands.run(arguments);
    }

    private static Command.Result process(String... arguments) throws Exception {
        return Command.run("", Product.command(arguments));
    }

    @Test
    void aFileAndItsNameForgeNoLine() throws Exception {
        Path directory = Program.directory("hostile");
        Path file = directory.resolve("a\n" + FORGED + "\u001b[2J.yaml");
        Files.writeString(file, """
                routes:
                  "a\\n%s\\e[2J\\u202e": 127.0.0.1:1
                  b.example: "127.0.0.1:1\\e[2J"
                "po\\n%s\\u2028ols": {}
                """.formatted(FORGED, FORGED), StandardCharsets.UTF_8);

        Path plain = Files.writeString(directory.resolve("plain.yaml"), "routes: { b.example: 127.0.0.1:1 }\n");

        for (List<String> arguments : List.of(
                List.of("check", file.toString()),
                List.of("check", "--format", "json", file.toString()),
                List.of("diff", file.toString(), file.toString()),
                List.of("explain", file.toString(), "a\u001b[2J"),
                List.of("explain", "a\u001b[2J"),
                List.of(
                        "map",
                        plain.toString(),
                        "-o",
                        directory.resolve("no\n" + FORGED + "\u001b[2J/x").toString()),
                List.of("drain", "web\n" + FORGED, "127.0.0.1:1\u001b[2J"),
                List.of("reload", file.toString()),
                List.of("st\u001b[2Jatus\n" + FORGED))) {
            assertRefusesHarmlessly(arguments, command(arguments.toArray(String[]::new)));
        }
        for (List<String> arguments : List.of( // these have a log as well
                List.of("run", file.toString()), List.of("demo", "--bind", "127.0.0.1\u001b[2J\n" + FORGED))) {
            assertRefusesHarmlessly(arguments, process(arguments.toArray(String[]::new)));
        }
    }

    private static void assertRefusesHarmlessly(List<String> arguments, Command.Result result) {
        assertFalse(result.exitCode() == 0, result::toString);
        assertHarmless(arguments.toString(), result.all());
    }

    /** Commands list the ushers that run, by the files that they serve. */
    @Test
    void theFileOfARunningUsherForgesNoLine() throws Exception {
        Path directory = Program.directory("hostile");
        Path file = Files.writeString(directory.resolve("a\n" + FORGED + "\u001b[2J.yaml"), """
                listeners: { test: { bind: "127.0.0.1:0" } }
                routes: { www.example: "127.0.0.1:1" }
                admin: none
                """);
        Program usher = parts.add(Program.start("usher", Product.command("run", file.toString())));
        usher.awaitPrinted("usher \\S+ is ready", PATIENCE);

        for (List<String> arguments : List.of(
                List.of("check", file.toString()),
                List.of("status", file.toString()),
                List.of("reload", directory.resolve("other\n" + FORGED).toString()),
                List.of("explain", "--live", file.toString(), "x.example"))) {
            Command.Result result = command(arguments.toArray(String[]::new));

            assertFalse(result.all().isEmpty(), result::toString);
            assertHarmless(arguments.toString(), result.all());
        }
    }

    @Test
    void explainPrintsWhatItIsAskedWithoutAForgedLine() throws Exception {
        Path file = Program.directory("hostile").resolve("usher.yaml");
        Files.writeString(file, "routes: { www.example: 127.0.0.1:1 }\n");

        Command.Result result =
                command("explain", file.toString(), "www.example", "--alpn", "h2\n" + FORGED + "\u001b[2J");

        assertTrue(result.all().contains("forged"), result::toString);
        assertHarmless("usher explain", result.all());
    }
}
