package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The only backend of a pool is a process that is stopped, and its probes are the default ones, which find it well. */
class FrozenBackendIT {
    private static final String NAME = "www.example.com";
    private static final String SAID = "got no answer";

    private final Parts parts = new Parts();
    private final Certificates certificates = new Certificates();
    private final Nginx nginx = parts.add(
            new Nginx(certificates.leaf(NAME), "location = / { default_type text/plain; return 200 \"here\\n\"; }"));

    FrozenBackendIT() throws Exception {}

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private static boolean isInAttention(AdminSide admin) throws Exception {
        for (JsonNode entry : admin.json("/api/v1/status").path("attention")) {
            if (entry.path("kind").asString().equals("backend_failing")) {
                assertEquals("warning", entry.path("severity").asString());
                assertTrue(entry.path("text").asString().contains(SAID), entry::toString);
                return true;
            }
        }
        return false;
    }

    private static String unanswered(AdminSide admin) throws Exception {
        return admin.text("/metrics")
                .lines()
                .filter(line -> line.startsWith("usher_backend_unanswered_sessions{"))
                .map(line -> line.replaceAll(".* ", ""))
                .findFirst()
                .orElse("none");
    }

    private static long events(AdminSide admin, String text) throws Exception {
        return admin.json("/api/v1/events").path("events").findValuesAsString("text").stream()
                .filter(event -> event.contains(text))
                .count();
    }

    @Test
    void isToldOfWithinSecondsAndForgottenWhenItGoesOn() throws Exception {
        Usher usher = parts.add(Usher.withAdmin("""
                routes: { %s: "127.0.0.1:%d" }
                defaults: { timeouts: { first_byte: 500ms }, health_check: { interval: 200ms } }
                """.formatted(NAME, nginx.port())));
        AdminSide admin = parts.add(new AdminSide(usher));
        Visitor visitor = new Visitor(certificates, NAME);
        visitor.visit("127.0.0.2", usher.address());
        assertEquals("0.0", unanswered(admin));

        nginx.freeze();
        List<Thread> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            String from = "127.0.0." + (2 + i);
            waiting.add(Thread.ofVirtual().start(() -> {
                try {
                    visitor.visit(from, usher.address());
                } catch (IOException impatient) {
                    // Its answer comes when the process goes on, or not at all.
                }
            }));
        }
        Await.process(() -> isInAttention(admin), "it is in attention");
        Await.process(() -> events(admin, SAID) == 1, "it is an event");
        Await.process(() -> usher.program().err().text().contains(SAID), "it is in the log");
        assertTrue(Double.parseDouble(unanswered(admin)) >= 4, unanswered(admin));
        JsonNode backend = admin.json("/api/v1/pools").at("/pools/0/backends/0");
        assertEquals("up", backend.path("state").asString(), "its probes find it well");
        assertTrue(backend.at("/trouble/text").asString().contains(SAID), backend::toString);
        try (Program status = Program.start(
                "status",
                Product.command("status", "--pid", Long.toString(usher.program().pid())),
                Map.of())) {
            status.awaitPrinted("warning +backend 127\\.0\\.0\\.1:\\d+ of pool \\S+: the last .* " + SAID);
        }

        nginx.goOn();
        for (Thread thread : waiting) {
            thread.join();
        }
        visitor.visit("127.0.0.2", usher.address());
        visitor.visit("127.0.0.3", usher.address());
        Await.process(() -> !isInAttention(admin), "it is no longer in attention");
        Await.process(() -> events(admin, "sessions are answered again") == 1, "that is an event");
        assertEquals("0.0", unanswered(admin));
    }
}
