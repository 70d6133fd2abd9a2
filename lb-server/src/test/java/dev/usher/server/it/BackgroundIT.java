package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What fails in the background is said where people look: attention, status, metrics, events. */
class BackgroundIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Parts parts = new Parts();

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private static String curl(String address) throws Exception {
        return Command.curl(address).succeeds().out();
    }

    /** Every thread of the program whose end nobody else would notice. */
    private static final List<String> TASKS = List.of(
            "access log",
            "control socket",
            "file comparison",
            "file watch",
            "heap",
            "live figures",
            "name look-ups",
            "probes",
            "reload",
            "upkeep of pools",
            "warnings",
            "workers");

    private static List<String> tasks(String metrics) {
        return Pattern.compile("usher_background_failing\\{task=\"([^\"]+)\"} 0")
                .matcher(metrics)
                .results()
                .map(found -> found.group(1))
                .toList();
    }

    /** {@code /dev/full} is a disk without room. */
    @Test
    void anAccessLogThatCannotBeWrittenIsSaidEverywhere() throws Exception {
        Path full = Needs.devFull();
        Path file = Program.directory("background").resolve("usher.yaml");
        Files.writeString(file, """
                listeners: { test: { bind: "127.0.0.1:0" } }
                routes: { www.example: "127.0.0.1:1" }
                defaults: { health_check: none }
                admin: { bind: "127.0.0.1:0" }
                logging: { access: { output: %s } }
                """.formatted(full));
        Program usher = parts.add(Program.start("usher", Product.command("run", file.toString())));
        Matcher port = usher.awaitPrinted("listener test: \\w+ on 127\\.0\\.0\\.1:(\\d+)", PATIENCE);
        String base = usher.awaitPrinted("dashboard: (\\S+)", PATIENCE).group(1);
        usher.awaitPrinted("usher \\S+ is ready", PATIENCE);
        assertEquals(TASKS, tasks(curl(base + "metrics")));

        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)))) {
            client.getOutputStream().write('x'); // one without a byte has no line
        }
        usher.awaitPrinted(
                "access log: /dev/full cannot be written: No space left on device; free disk space", PATIENCE);

        String status = curl(base + "api/v1/status");
        assertTrue(status.contains("\"kind\":\"background\",\"subject\":\"access log\""), status);
        assertTrue(status.matches("(?s).*No space left on device[^}]*\"since\":\"2.*"), status);
        String metrics = curl(base + "metrics");
        assertTrue(metrics.contains("usher_background_failing{task=\"access log\"} 1"), metrics);
        assertTrue(metrics.contains("usher_access_log_waiting_lines "), metrics);
        assertTrue(curl(base + "api/v1/events").contains("\"subject\":\"access log\""));
        Command.Result told = Command.run("", Product.command("status", "--admin", base));
        assertTrue(told.all().contains("warning   access log: /dev/full cannot be written"), told::toString);
    }

    /** A file of hosts stands for name servers: one name had an answer and has none any more, the other never had one. */
    @Test
    void aNameThatDoesNotResolveIsSaidEverywhere() throws Exception {
        Path hosts = Files.writeString(Program.directory("background-names").resolve("hosts"), "127.0.0.1 once.test\n");
        Path file = Files.writeString(hosts.resolveSibling("usher.yaml"), """
                listeners: { test: { bind: "127.0.0.1:0" } }
                routes: { www.example: "once.test:1", shop.example: "never.test:1" }
                defaults: { health_check: none, resolve: { interval: 500ms } }
                admin: { bind: "127.0.0.1:0" }
                """);
        List<String> command = Product.command("run", file.toString());
        command.add(1, "-Djdk.net.hosts.file=" + hosts);
        Program usher = parts.add(Program.start("usher", command));
        String base = usher.awaitPrinted("dashboard: (\\S+)", PATIENCE).group(1);
        usher.awaitPrinted("usher \\S+ is ready", PATIENCE);
        assertTrue(curl(base + "metrics").contains("usher_resolve_failing_names 1"));

        Files.writeString(hosts, "");
        usher.awaitPrinted("backend once\\.test: its name no longer resolves", PATIENCE);

        String status = curl(base + "api/v1/status");
        assertTrue(
                says(status, "backend once.test", "its last addresses stay in use: 127.0.0.1. Check the name"), status);
        assertTrue(says(status, "backend never.test", "so it takes no sessions. Check the name"), status);
        String metrics = curl(base + "metrics");
        assertTrue(metrics.contains("usher_resolve_failing_names 2"), metrics);
        assertTrue(curl(base + "api/v1/events").contains("\"subject\":\"backend once.test\""));
        Command.Result told = Command.run("", Product.command("status", "--admin", base));
        assertTrue(told.all().contains("warning   backend once.test: its name no longer resolves"), told::toString);

        Files.writeString(hosts, "127.0.0.1 once.test\n127.0.0.1 never.test\n");
        Await.process(() -> !status(base).contains("name_unresolved"), "nothing is said of names");
    }

    /** Whether an entry of names says this, and since when. */
    private static boolean says(String status, String subject, String text) {
        return Pattern.compile("\"kind\":\"name_unresolved\",\"subject\":\"" + Pattern.quote(subject)
                        + "\",\"text\":\"[^\"]*" + Pattern.quote(text) + "[^\"]*\",\"since\":\"2")
                .matcher(status)
                .find();
    }

    private static String status(String base) {
        try {
            return curl(base + "api/v1/status");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
