package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.ShutdownConfig;
import dev.usher.testing.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that names what never ends or never answers: who asks gets an answer, and the process its end. */
@Timeout(180)
class HangingFilesIT {
    private static final String BASE = """
            listeners: { raw: { type: tcp, bind: "127.0.0.1:0", pool: p } }
            pools: { p: { backends: 127.0.0.1:1, health_check: none } }
            admin: { bind: "127.0.0.1:0" }
            reload: { debounce: 50ms, poll: 200ms }
            """;
    /** What an answer may take on a machine that does much else; without one it would be for ever. */
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    private Path directory = Path.of("");

    private Path pipe = Path.of("");

    @BeforeEach
    void makePipe() throws Exception {
        pipe = directory.resolve("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    }

    private String write(String more) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), BASE + more);
        Path file = directory.resolve("usher.yaml");
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        return file.toString();
    }

    private static String get(Program usher, String path) throws Exception {
        String line = usher.err().await("dashboard: http");
        URI admin = URI.create(line.substring(line.indexOf("http")).split("[ ,]", 2)[0]);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request =
                    HttpRequest.newBuilder(admin.resolve(path)).timeout(SOON).build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertEquals(200, answer.statusCode(), answer.body());
            return answer.body();
        }
    }

    private static boolean saysOnDisk(Program usher, String word) {
        try {
            return get(usher, "/api/v1/status").contains("\"on_disk\":\"" + word + '"');
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aPipeForAValueStopsNobody() throws Exception {
        try (Program usher = Program.usher("run", write(""))) {
            usher.err().await("is ready");
            write("workers: ${file:pipe}\n");
            usher.err().await("usher.yaml:5:10: error: ${file:pipe} cannot be read: is a pipe, not a file");
            Await.process(() -> saysOnDisk(usher, "faulty"), "status says that the files have a fault");
            assertTrue(get(usher, "/plain").contains("is a pipe"));
            write("shutdown: { drain: 1s }\n");
            usher.err().await("generation 2 is in force (files changed)");
            write("workers: ${file:pipe}\n");
            usher.err().await("the new configuration is invalid (1 error); generation 2 stays in force");
            usher.signal("TERM");
            assertEquals(0, usher.exitCode());
        }
    }

    /** Read whole, either would end the process for want of memory. */
    @Test
    void aDeviceWithoutAnEndDoesNotEndARunningUsher() throws Exception {
        try (Program usher = Program.usher("run", write(""))) {
            usher.err().await("is ready");
            write("defaults: { health_check: { type: tls, verify: true, trust_store: /dev/zero } }\n");
            usher.err()
                    .await("usher.yaml:5:67: error: defaults.health_check.trust_store /dev/zero cannot be read: is a"
                            + " device, not a file");
            String tls = "admin: { tls: { cert: /dev/zero, key: pipe }, ";
            Files.writeString(directory.resolve("usher.yaml"), BASE.replace("admin: { ", tls));
            usher.err().await("admin.tls.cert /dev/zero cannot be read: is a device, not a file");
            write("shutdown: { drain: 1s }\n");
            usher.err().await("generation 2 is in force");
            usher.signal("TERM");
            assertEquals(0, usher.exitCode());
        }
    }

    /** With the memory that the smallest of machines has for it. */
    @Test
    void aLargeKeyCostsACheckLittle() throws Exception {
        Path file = Files.writeString(directory.resolve("key.yaml"), "? " + "a".repeat(2_000_000) + "\n: 1\n");
        List<String> command = Product.command("check", file.toString());
        command.add(1, "-Xmx64m");
        try (Program check = Program.start(Map.of(), command)) {
            assertEquals(1, check.exitCode(), check.err().all().toString());
            check.out().await("key.yaml:1:1: error: a line has at most ");
        }
    }

    /** The opening of a pipe waits for who reads it; a start that does so can be ended. */
    @Tag("slow")
    @Test
    void aPipeForTheAccessLogThatNobodyReadsIsAFault() throws Exception {
        try (Program usher = Program.usher("run", write("logging: { access: { output: \"%s\" } }\n".formatted(pipe)))) {
            assertEquals(1, usher.exitCode());
            usher.err().await("the access log " + pipe + " cannot be opened: does not answer");
        }
    }

    /** What hangs is the test's own; all else is as in the program. */
    static final class Hanging {
        public static void main(String[] args) throws InterruptedException {
            LastResort.begin(
                    Thread.currentThread(),
                    () -> new ShutdownConfig(Duration.ZERO, Duration.ZERO),
                    Duration.ofMillis(300));
            new CountDownLatch(1).await();
        }
    }

    @Test
    void anEndThatHangsIsCutAndSaid() throws Exception {
        try (Program hanging = Program.start(
                Map.of(),
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hanging.class.getName()))) {
            assertEquals(1, hanging.exitCode());
            hanging.err().await("forced end: HangingFilesIT$Hanging.main did not stop in time");
        }
    }
}
