package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The live figures of a running usher, as curl gets them. */
class LiveIT {
    private static final String NAME = "www.example.com";
    private static final Pattern DATA = Pattern.compile("(?m)^data: (.+)$");

    private final Parts parts = new Parts();

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private static List<JsonNode> frames(Program curl) {
        String out = curl.out().text();
        String whole = out.substring(0, out.lastIndexOf("\n\n") + 1); // the last may be on its way
        return DATA.matcher(whole)
                .results()
                .map(frame -> JsonMapper.shared().readTree(frame.group(1)))
                .toList();
    }

    @Test
    void aFrameASecondShowsWhatHappens() throws Exception {
        Certificates certificates = new Certificates();
        Web web = parts.add(new Web(certificates.leaf(NAME), ""));
        Usher usher = parts.add(Usher.withAdmin("""
                routes: { %s: web }
                pools: { web: { backends: ["%s"], health_check: { interval: 200ms, fall: 1 } } }
                """.formatted(NAME, web.hostPort())));
        Program curl = parts.add(Program.start(
                "curl",
                List.of(
                        Program.require("curl"),
                        "-sN",
                        usher.admin().resolve("/api/v1/stream").toString())));
        Await.process(() -> frames(curl).size() > 1, "frames come");
        long begun = System.nanoTime();
        new Visitor(certificates, NAME).visit("127.0.0.1", usher.address());
        Await.process(
                () -> frames(curl).stream()
                        .anyMatch(frame -> frame.path("new_per_second").asDouble(0) > 0
                                && frame.path("first_byte").path("p50").isNumber()),
                "a frame has the visit");
        assertTrue(System.nanoTime() - begun < Duration.ofSeconds(3).toNanos(), "within 3 s");

        long revision = frames(curl).getLast().path("revision").asLong();
        web.kill();
        Await.process(
                () -> {
                    JsonNode last = frames(curl).getLast();
                    return last.path("serving_backends").asInt(1) == 0
                            && last.path("attention").asInt(0) > 0
                            && last.path("revision").asLong() > revision;
                },
                "a frame shows that the backend is down");

        List<Long> sequences = frames(curl).stream()
                .map(frame -> frame.path("sequence").asLong())
                .toList();
        for (int i = 1; i < sequences.size(); i++) {
            assertEquals(sequences.get(i - 1) + 1, sequences.get(i), sequences.toString());
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            JsonNode history = JsonMapper.shared()
                    .readTree(client.send(
                                    HttpRequest.newBuilder(usher.admin().resolve("/api/v1/history"))
                                            .build(),
                                    BodyHandlers.ofString())
                            .body());
            assertTrue(history.path("first_sequence").asLong() <= sequences.getFirst());
            assertTrue(history.path("open").size() >= sequences.size());
            assertEquals(
                    history.path("open").size(),
                    history.path("serving_backends").size());
        }
        usher.stop(Duration.ofSeconds(20));
        assertEquals(0, curl.exitCode(Duration.ofSeconds(5)), "the stream has ended whole");
    }
}
