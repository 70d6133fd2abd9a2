package dev.usher.server.it;

import dev.usher.server.Product;
import dev.usher.server.Program;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus that scrapes one target each second, and has the rules that come with usher. */
final class Prometheus implements AutoCloseable {
    private final Program program;
    private final int port = Ports.free();
    private final HttpClient client = HttpClient.newHttpClient();

    /** @param target host and port */
    Prometheus(String target) throws Exception {
        Path directory = Program.directory("prometheus");
        Path file = directory.resolve("prometheus.yml");
        Files.writeString(file, """
                global: { scrape_interval: 1s, evaluation_interval: 1s }
                rule_files: ["%s"]
                scrape_configs:
                  - job_name: usher
                    static_configs: [{ targets: ["%s"] }]
                """.formatted(Product.file("deploy/prometheus/alerts.yaml"), target));
        program = Program.start(
                "prometheus",
                List.of(
                        Program.require("prometheus"),
                        "--config.file=" + file,
                        "--storage.tsdb.path=" + directory.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port));
    }

    /** The output of {@code promtool}; it must have found nothing wrong. */
    static String promtool(Path input, String... arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(Program.require("promtool")));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError("promtool " + String.join(" ", arguments) + ": " + out);
        }
        return out;
    }

    /** What an expression gives now; empty also while it is starting. */
    JsonNode query(String expression) throws Exception {
        return get("query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("data")
                .path("result");
    }

    /** An answer of its API; it must be a success, or none because it is starting. */
    JsonNode get(String path) throws Exception {
        if (!program.isAlive()) {
            throw new AssertionError("prometheus has ended: " + program.all());
        }
        try {
            String body = client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1/" + path))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
            if (!body.startsWith("{")) {
                return JsonMapper.shared().createObjectNode(); // "Service Unavailable" in words
            }
            JsonNode answer = JsonMapper.shared().readTree(body);
            if (!answer.path("status").asString("").equals("success")) {
                throw new AssertionError(path + ": " + body);
            }
            return answer;
        } catch (IOException starting) {
            return JsonMapper.shared().createObjectNode();
        }
    }

    @Override
    public void close() {
        client.close();
        program.close();
    }
}
