package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.AdminServer;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.Program;
import dev.usher.event.Event;
import dev.usher.reload.Reload;
import dev.usher.reload.Reload.Trigger;
import dev.usher.testing.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reload that crashes looks like files that never change: so it is said where people look, and the watch goes on. */
@Timeout(60)
class CrashedReloadTest {
    @TempDir
    private Path directory = Path.of("");

    private final AtomicBoolean crashes = new AtomicBoolean(true);

    /** As where a class is gone with a jar that was replaced. */
    @Test
    void isSaidInAttentionMetricsAndEvents() throws Exception {
        Path file = directory.resolve("usher.yaml");
        write(file, "a.example");
        try (TestReload usher = TestReload.of(file)) {
            usher.reloader().tell(this::crash);
            try (AdminServer admin =
                            AdminServer.start(usher.balancer().looks().config().admin());
                    HttpClient client = HttpClient.newHttpClient()) {
                admin.show(new AdminSubject(
                        usher.balancer(),
                        new FileSource(file, usher.balancer(), usher.reloader()),
                        new Program("0.0.0", "", Instant.now())));
                String base = "http://127.0.0.1:" + admin.address().getPort();
                usher.watch();
                assertTrue(get(client, base + "/metrics").contains("usher_background_failing{task=\"reload\"} 0"));

                write(file, "b.example");
                Await.until(
                        () -> get(client, base + "/metrics").contains("usher_background_failing{task=\"reload\"} 1"),
                        "the metric says that the reload fails");
                String status = get(client, base + "/api/v1/status");
                assertTrue(
                        status.contains("\"kind\":\"background\",\"subject\":\"reload\",\"text\":\"it has"
                                + " crashed: java.lang.NoClassDefFoundError: dev/usher/Gone. To do: the configuration"
                                + " in force stays; the log has more\",\"since\":\"2"),
                        status);
                Await.until(() -> isAnEvent(usher), "an event says it");

                crashes.set(false);
                write(file, "c.example");
                Await.until(
                        () -> get(client, base + "/metrics").contains("usher_background_failing{task=\"reload\"} 0"),
                        "the watch has gone on, and the next reload works");
            }
        }
    }

    private void crash(Reload reload) {
        if (crashes.get() && reload.trigger() == Trigger.FILES) {
            throw new NoClassDefFoundError("dev/usher/Gone");
        }
    }

    private static boolean isAnEvent(TestReload usher) {
        return usher.balancer().looks().events().stream()
                .anyMatch(event -> event.kind() == Event.Kind.WARNING
                        && event.subject().equals("reload")
                        && event.text().contains("it has crashed"));
    }

    private static String get(HttpClient client, String address) {
        try {
            return client.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void write(Path file, String name) throws IOException {
        Files.write(
                file,
                List.of(
                        "listeners: { in: { bind: '127.0.0.1:0' } }",
                        "routes: { " + name + ": '127.0.0.1:1' }",
                        "defaults: { health_check: none }",
                        "workers: 1",
                        "admin: { bind: '127.0.0.1:0' }",
                        "reload: { debounce: 30ms, poll: 100ms }"));
    }
}
