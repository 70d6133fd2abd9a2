package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.usher.server.Product;
import dev.usher.server.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/** Names and backends that a source brings, from its answer to a session of a client, and over a restart without the source. */
class SourcesIT {
    private final Certificates certificates = new Certificates();
    private final Path directory = Program.directory("sources");
    private volatile String answer = "{}";

    SourcesIT() throws Exception {}

    private HttpServer source() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                byte[] body = answer.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        return server;
    }

    private Program run(Path file) {
        return Program.start(
                "usher", Product.command("run", file.toString()), Map.of("STATE_DIRECTORY", directory.toString()));
    }

    private String page(Matcher port, String name) throws Exception {
        return Command.run(
                        "",
                        List.of(
                                Program.require("curl"),
                                "-sSf",
                                "--noproxy",
                                "*",
                                "--cacert",
                                certificates.authorityFile().toString(),
                                "--resolve",
                                name + ":" + port.group(1) + ":127.0.0.1",
                                "https://" + name + ":" + port.group(1) + "/who"))
                .succeeds()
                .out();
    }

    private static Matcher awaitPort(Program usher) {
        usher.awaitPrinted("usher \\S+ is ready");
        return usher.awaitPrinted("listener \\w+: tls on \\S+:(\\d+)");
    }

    @Test
    void bringsNamesWhileUsherRunsAndAfterRestartWithoutSource() throws Exception {
        HttpServer source = source();
        try (Nginx a = new Nginx(certificates.leaf("a.example"));
                Nginx b = new Nginx(certificates.leaf("b.example"))) {
            String first = "\"a.example\": \"127.0.0.1:" + a.port() + "\", \"file.example\": \"10.9.0.1:443\"";
            answer = "{\"routes\": {" + first + "}}";
            Path file = Files.writeString(directory.resolve("usher.yaml"), """
                    listeners: { https: { bind: "127.0.0.1:0" } }
                    admin: none
                    routes: { file.example: 10.9.0.2:443 }
                    sources: { apps: { type: http, url: "http://127.0.0.1:%d/", interval: 1s, to: 127.0.0.0/8 } }
                    """.formatted(
                            source.getAddress().getPort()));
            try (Program usher = run(file)) {
                Matcher port = awaitPort(usher);
                assertEquals("a.example\n", page(port, "a.example"), "brought before the start was over");
                usher.awaitPrinted(
                        "left out: routes.file.example: file.example is taken: the file has routes.file.example");

                answer = "{\"routes\": {" + first + ", \"b.example\": \"127.0.0.1:" + b.port() + "\"}}";
                usher.awaitPrinted("generation 2 is in force \\(source apps\\): names: 1 newly reachable");
                assertEquals("b.example\n", page(port, "b.example"));

                String pid = Long.toString(usher.pid());
                String explained = asks(usher, "explain", "--pid", pid, "b.example");
                assertTrue(explained.contains("source    apps"), explained);
                answer = "routes: 7";
                usher.awaitPrinted("source apps: routes must be a mapping");
                assertTrue(asks(usher, "status", "--pid", pid).contains("source apps: routes must be a mapping"), pid);
            }
            source.stop(0);
            try (Program usher = run(file)) {
                Matcher port = awaitPort(usher);
                assertEquals("a.example\n", page(port, "a.example"), "stored before the restart");
                assertEquals("b.example\n", page(port, "b.example"));
            }
        } finally {
            source.stop(0);
        }
    }

    /** The start and the memory of others stay as they were. */
    @Test
    void loadsNoClassOfSourcesWithoutAny() throws Exception {
        Path loaded = directory.resolve("loaded");
        Path file = Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { https: { bind: "127.0.0.1:0" } }
                admin: none
                routes: { file.example: 10.9.0.2:443 }
                """);
        try (Program usher = Program.start(
                "usher",
                Product.command("run", file.toString()),
                Map.of("JAVA_TOOL_OPTIONS", "-Xlog:class+load:file=" + loaded))) {
            awaitPort(usher);
            String classes = Files.readString(loaded);
            assertTrue(classes.contains("dev.usher.server.Discovery "), "the list is not that of usher");
            assertFalse(classes.contains("dev.usher.server.sources."), "a class of sources is loaded");
            assertFalse(classes.contains("java.net.http."), "the client is loaded");
        }
    }

    private static String asks(Program usher, String... command) throws Exception {
        assertTrue(usher.isAlive());
        return Command.run("", Product.command(command)).out();
    }
}
