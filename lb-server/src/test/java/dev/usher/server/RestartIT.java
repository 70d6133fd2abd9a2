package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.it.Ports;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A usher that was told to end, and another that takes its place: as processes, with clients that go on coming. */
@Timeout(180)
class RestartIT {
    @TempDir
    private Path directory = Path.of("");

    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private final List<Program> programs = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private int port;
    private int adminPort;

    @BeforeEach
    void choosePorts() throws IOException {
        port = Ports.free();
        adminPort = Ports.free();
    }

    @AfterEach
    void endAll() {
        programs.forEach(Program::close);
        http.close();
        backend.close();
    }

    private Path write(String delay) throws IOException {
        return Files.writeString(
                directory.resolve("usher.yaml"), """
                listeners: { in: { type: tcp, bind: "127.0.0.1:%d", pool: echo } }
                pools: { echo: { backends: ["%s"], health_check: none } }
                admin: { bind: "127.0.0.1:%d" }
                shutdown: { drain: 60s, readiness_delay: %s }
                logging: { access: { output: none } }
                """.formatted(port, backend.name(), adminPort, delay));
    }

    private Program start(Path file) throws IOException {
        Program program = Program.start(
                Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString()),
                Product.command("run", file.toString()));
        programs.add(program);
        return program;
    }

    private int ready() throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + "/readyz");
        return http.send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(5))
                                .build(),
                        BodyHandlers.ofString())
                .statusCode();
    }

    private String status() throws Exception {
        return answer("/api/v1/status");
    }

    private String answer(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + adminPort + path);
        return http.send(
                        HttpRequest.newBuilder(uri)
                                .timeout(Duration.ofSeconds(5))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private boolean answersAsSuccessor(long pid) {
        try {
            return status().contains("\"pid\":" + pid + ",");
        } catch (Exception between) {
            return false;
        }
    }

    private Socket connected() throws IOException {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5000);
        socket.setSoTimeout(10_000);
        socket.getOutputStream().write('a');
        assertEquals('a', socket.getInputStream().read());
        return socket;
    }

    @Tag("slow")
    @Test
    void theAdminSideStaysThroughTheDrainAndGoesToTheSuccessor() throws Exception {
        Path file = write("0s");
        Program old = start(file);
        old.err().await("is ready");
        try (Socket open = connected()) {
            old.signal("TERM");
            old.err().await("1 session may finish");
            assertEquals(503, ready());
            assertTrue(status().contains("\"state\":\"draining\",\"listening\":false"));
            assertTrue(answer("/readyz").contains("the listeners are closed"));
            assertTrue(status().contains("no new connections; open sessions may finish within shutdown.drain (1m)"));
            Program successor = start(file);
            successor.err().await("process " + old.pid() + " is draining and serves the same file");
            successor.err().await("is ready");
            Await.process(() -> answersAsSuccessor(successor.pid()), "the successor answers");
            assertEquals(200, ready());
            connected().close();
            open.getOutputStream().write('b'); // what was open goes on
            assertEquals('b', open.getInputStream().read());
            old.err().await("handing over to a new usher, started by uid ");
        }
        assertEquals(0, old.exitCode());
        assertTrue(ready() == 200, "it is the successor's own");
    }

    /** With a delay that is longer than a start takes: both listen for a moment, and no client meets a closed port. */
    @Test
    @Tag("slow")
    void refusesNobodyWhereTheDelayCoversTheStart() throws Exception {
        Path file = write("30s"); // a start takes many seconds where the processors are busy
        Program old = start(file);
        old.err().await("is ready");
        AtomicInteger refused = new AtomicInteger();
        AtomicInteger served = new AtomicInteger();
        Thread clients = Thread.ofVirtual().start(() -> {
            while (!Thread.currentThread().isInterrupted()) {
                try {
                    connected().close();
                    served.incrementAndGet();
                    Await.pass(Duration.ofMillis(1)); // the processor is for the successor
                } catch (ConnectException e) {
                    refused.incrementAndGet();
                } catch (IOException | AssertionError queued) {
                    // taken by the kernel for a socket that was closed: counted as what a restart costs in
                    // docs/admin.md
                }
            }
        });
        old.signal("TERM");
        old.err().await("not ready from now on");
        Program successor = start(file);
        successor.err().await("waiting up to");
        assertEquals(503, ready());
        assertTrue(status().contains("\"state\":\"draining\",\"listening\":true"));
        assertTrue(answer("/readyz").contains("connections are taken until shutdown.readiness_delay is over"));
        assertFalse(answersAsSuccessor(successor.pid()));
        successor.err().await("is ready");
        assertEquals(0, old.exitCode());
        Await.process(() -> answersAsSuccessor(successor.pid()), "the successor answers");
        int before = served.get();
        Await.until(() -> served.get() > before + 5, "the successor serves");
        clients.interrupt();
        clients.join();
        assertEquals(0, refused.get(), "of " + served);
    }

    @Tag("slow")
    @Test
    void aSuccessorThatWaitsEndsAtTheFirstSignal() throws Exception {
        Path file = write("600s");
        Program old = start(file);
        old.err().await("is ready");
        old.signal("TERM");
        old.err().await("not ready from now on");
        for (String signal : List.of("TERM", "INT")) {
            Program successor = start(file);
            successor.err().await("waiting up to");
            long began = System.nanoTime();
            successor.signal(signal);
            assertEquals(0, successor.exitCode());
            assertTrue(System.nanoTime() - began < Duration.ofSeconds(10).toNanos(), "at once, not after the delay");
            successor.err().await("SIG" + signal + ": stopped before the first connection");
        }
        connected().close();
        old.err().await("the listeners close in 10m");
        assertEquals(503, ready(), "nobody has taken its admin side");
    }

    @Test
    void aSecondThatWasNotAskedForIsStillRefused() throws Exception {
        Path file = write("0s");
        Program first = start(file);
        first.err().await("is ready");
        Program second = start(file);
        assertEquals(1, second.exitCode());
        second.err().await("Address already in use");
        second.err().await("process " + first.pid() + " serves the same file");
    }
}
