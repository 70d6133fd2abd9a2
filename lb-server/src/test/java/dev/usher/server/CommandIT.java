package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.it.Ports;
import dev.usher.testing.Await;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as its users run it: as a process, with signals, sockets and curl. */
@Timeout(180)
class CommandIT {
    private static final Pattern ADDRESS = Pattern.compile("on (127\\.0\\.0\\.1):(\\d+)");

    @TempDir
    private Path directory = Path.of("");

    private String write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text).toString();
    }

    // ---- exit codes ----

    @Test
    void checkEndsWithZeroOrOne() throws Exception {
        String good = write("good.yaml", "routes: { a.example: \"127.0.0.1:1\" }\nadmin: { bind: none }\n");
        try (Program check = Program.usher("check", good)) {
            assertEquals(0, check.exitCode(), check.out().all().toString());
        }
        try (Program check = Program.usher("check", write("bad.yaml", "routs: {}\n"))) {
            assertEquals(1, check.exitCode());
            check.out().await("bad.yaml:1:1: error: ");
        }
    }

    @Test
    void runEndsWith78OnABadFile() throws Exception {
        try (Program run = Program.usher("run", write("bad.yaml", "routs: {}\n"))) {
            assertEquals(78, run.exitCode());
            run.err().await("bad.yaml:1:1: error: ");
            assertEquals(List.of(), run.out().all());
        }
    }

    @Test
    void aPortInUseIsOneLineThatSaysWhatToDo() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String file = config(taken.getLocalPort(), 1, "");
            try (Program run = Program.usher("run", file)) {
                assertEquals(1, run.exitCode());
                List<String> said = run.err().all();
                assertEquals(1, said.size(), said.toString());
                assertTrue(
                        said.getFirst()
                                .endsWith("ERROR listener raw cannot listen on 127.0.0.1:" + taken.getLocalPort()
                                        + ": Address already in use (to see who has it: ss -tanp 'sport = :"
                                        + taken.getLocalPort() + "')"),
                        said.toString());
            }
        }
    }

    // ---- run ----

    @Test
    void servesThenDrainsOnSigterm() throws Exception {
        try (EchoBackend backend = new EchoBackend();
                Program run = Program.usher("run", config(Ports.free(), backend.port(), ""))) {
            InetSocketAddress address = awaitListener(run);
            run.err().await("is ready: 1 listener, 0 routes, 1 pool, 1 backend");
            try (Socket client = connected(address)) {
                run.signal("TERM");
                run.err().await("SIGTERM: no new connections; 1 session may finish");
                client.getOutputStream().write('x'); // it goes on while it drains
                assertEquals('x', client.getInputStream().read());
            }
            assertEquals(0, run.exitCode());
            run.err().await("drain ended: 1 session finished, 0 closed");
            run.err().await("totals: accepted 1, completed 1");
            String line = run.out().await("\"reason\":\"completed\"");
            assertTrue(line.contains("\"bytes_in\":2,\"bytes_out\":2}"), line);
        }
    }

    /** Both logs in one stream, as a terminal shows them, and a client that is there before usher is. */
    @Test
    void saysThatItIsReadyBeforeItTakesTheFirstConnection() throws Exception {
        try (EchoBackend backend = new EchoBackend()) {
            int port = Ports.free();
            try (Program run = inShell("exec \"$@\" 2>&1", config(port, backend.port(), ""))) {
                firstServed(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                        .close();
                String access = run.out().await("\"reason\":\"completed\"");
                String ready = run.out().await("is ready");
                run.signal("TERM");
                List<String> lines = run.out().all();
                assertTrue(lines.indexOf(ready) < lines.indexOf(access), lines::toString);
            }
        }
    }

    /** The first of many attempts that is answered. */
    private static Socket firstServed(InetSocketAddress address) throws IOException {
        AtomicReference<@Nullable Socket> served = new AtomicReference<>();
        Await.until(
                () -> {
                    try {
                        served.set(connected(address));
                        return true;
                    } catch (ConnectException notYet) {
                        return false;
                    }
                },
                "usher listens on " + address,
                Duration.ofSeconds(60));
        return Objects.requireNonNull(served.get());
    }

    /** As many descriptors as some systems give: enough to begin with, and nothing is wrong with the file. */
    @Test
    void aDefaultThatIsNotReachedIsNoWarning() throws Exception {
        String file = write("usher.yaml", """
                listeners: { https: { bind: "127.0.0.1:0" } }
                routes: { a.example: "127.0.0.1:1" }
                admin: { bind: none }
                """);
        try (Program run = inShell("ulimit -n 1024 && exec \"$@\"", file)) {
            run.err().await("is ready");
            String room = run.err().await("file descriptors allow 448 connections at once");
            assertTrue(room.contains(" INFO "), room);
            run.signal("TERM");
            assertEquals(0, run.exitCode());
        }
    }

    @Test
    void aSecondSignalEndsAtOnce() throws Exception {
        try (EchoBackend backend = new EchoBackend();
                Program run = Program.usher("run", config(Ports.free(), backend.port(), ""))) {
            InetSocketAddress address = awaitListener(run);
            try (Socket client = connected(address)) {
                run.signal("TERM");
                run.err().await("1 session may finish");
                run.signal("INT");
                assertEquals(1, run.exitCode());
                assertFalse(client.isClosed());
            }
            run.err().await("drain ended: 0 sessions finished, 1 closed");
            run.out().await("\"reason\":\"shutdown\"");
        }
    }

    @Test
    void sighupAndSigusr1EndNothing() throws Exception {
        try (EchoBackend backend = new EchoBackend();
                Program run = Program.usher(
                        "run", config(Ports.free(), backend.port(), "logging: { access: { output: none } }\n"))) {
            InetSocketAddress address = awaitListener(run);
            run.err().await("is ready");
            run.signal("USR1");
            run.err().await("SIGUSR1: no file to reopen: logging.access.output is none");
            run.signal("HUP");
            run.err().await("configuration: read again (SIGHUP), no changes; generation 1 stays in force");
            connected(address).close();
            run.signal("INT");
            assertEquals(0, run.exitCode());
        }
    }

    @Test
    void opensTheAccessLogAnewOnSigusr1AndLogsJson() throws Exception {
        Path access = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        String logging = "logging: { format: json, access: { output: " + access + " } }\n";
        try (EchoBackend backend = new EchoBackend();
                Program run = Program.usher("run", config(Ports.free(), backend.port(), logging))) {
            InetSocketAddress address = awaitListener(run);
            assertTrue(run.err().await("is ready").startsWith("{\"ts\":\""));
            Files.move(access, rotated);
            run.signal("USR1");
            run.err().await("reopened");
            connected(address).close();
            run.signal("TERM");
            assertEquals(0, run.exitCode());
            assertEquals(1, Files.readAllLines(access).size());
            assertEquals(0, Files.size(rotated));
            assertEquals(List.of(), run.out().all());
        }
    }

    @Test
    void theAccessLogFollowsAReload() throws Exception {
        Path access = directory.resolve("later.log");
        int port = Ports.free();
        try (EchoBackend backend = new EchoBackend();
                Program run = Program.usher(
                        "run", config(port, backend.port(), "reload: { debounce: 50ms, poll: 200ms }\n"))) {
            InetSocketAddress address = awaitListener(run);
            run.err().await("is ready");
            connected(address).close();
            run.out().await("\"reason\":\"completed\"");
            String bad = directory.resolve("absent/access.log").toString();
            config(port, backend.port(), "logging: { access: { output: " + bad + " } }\n");
            run.err().await("the access log " + bad + " cannot be opened");
            config(port, backend.port(), "logging: { access: { output: " + access + " } }\n");
            run.err().await("access log: now goes to " + access);
            connected(address).close();
            run.signal("TERM");
            assertEquals(0, run.exitCode());
            assertEquals(1, Files.readAllLines(access).size());
            assertEquals(1, run.out().all().size());
        }
    }

    @Test
    void servesOnWhenItsStdoutIsGone() throws Exception {
        try (EchoBackend backend = new EchoBackend();
                Program run = inShell("exec \"$@\" >/dev/full", config(Ports.free(), backend.port(), ""))) {
            InetSocketAddress address = awaitListener(run);
            connected(address).close();
            run.err().await("access log: stdout cannot be written: No space left on device");
            connected(address).close();
            run.signal("TERM");
            assertEquals(0, run.exitCode());
            run.err().await("access log: 2 lines dropped in total");
        }
    }

    // ---- forward ----

    @Test
    void forwardsWithoutAFile() throws Exception {
        try (EchoBackend backend = new EchoBackend();
                Program run = Program.usher("forward", "127.0.0.1:0", "127.0.0.1:" + backend.port())) {
            String said = run.err().await("forwarding 127.0.0.1:");
            assertTrue(said.contains(" to 127.0.0.1:" + backend.port()), said);
            Matcher port = Pattern.compile("127\\.0\\.0\\.1:(\\d+) to").matcher(said);
            assertTrue(port.find());
            connected(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1))))
                    .close();
            run.signal("INT");
            assertEquals(0, run.exitCode());
            assertEquals(List.of(), run.out().all());
        }
    }

    // ---- demo ----

    @Test
    void theLinesOfTheDemoWorkAsTheyArePasted() throws Exception {
        Program.require("curl");
        Path temporary = Files.createDirectory(directory.resolve("it's temporary"));
        try (Program demo = demo(temporary, Ports.free())) {
            demo.out().await("Ctrl-C ends the demo");
            List<String> lines = List.of(
                    demo.out().await("https://one.example"),
                    demo.out().await("https://two.example"),
                    demo.out().await("https://three.example"));
            String first = pasted(lines.get(0), 0);
            String second = pasted(lines.get(0), 0);
            for (int i = 0; i < 20 && second.equals(first); i++) { // a visitor of the demo's own may have had the turn
                second = pasted(lines.get(0), 0);
            }
            assertTrue(first.contains("certificate of one.example"), first);
            assertTrue(second.contains("certificate of one.example"), second);
            assertFalse(first.equals(second), "two backends take turns: " + first);
            assertTrue(pasted(lines.get(1), 0).contains("certificate of two.example"));
            String redirected = pasted(demo.out().await(" http://one.example"), 0);
            assertTrue(redirected.contains("308") && redirected.contains("certificate of one.example"), redirected);
            pasted(lines.get(2), 35); // curl's "SSL connect error"
            demo.out().await("\"sni\":\"three.example\"");
            String dashboard = demo.out().await("http://127.0.0.1:").strip();
            assertTrue(pasted("curl -s --noproxy '*' " + dashboard + "api/v1/pools", 0)
                    .contains("one.example"));
            demo.signal("INT");
            assertEquals(0, demo.exitCode());
            assertEquals(
                    "The demo has ended and left nothing behind.",
                    demo.out().all().getLast());
            assertEquals(List.of(), demo.err().all());
        }
        try (var left = Files.list(temporary)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void theDemoNamesAnotherPortWhereItsOwnIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Program demo = demo(directory, taken.getLocalPort())) {
            assertEquals(1, demo.exitCode());
            assertEquals(1, demo.err().all().size());
            demo.err()
                    .await("Address already in use; take another port, as: usher demo --port "
                            + (taken.getLocalPort() + 1));
        }
    }

    private static Program demo(Path temporary, int port) throws IOException {
        List<String> command = Product.command(
                "demo",
                "--port",
                Integer.toString(port),
                "--http-port",
                Integer.toString(Ports.free()),
                "--admin-port",
                Integer.toString(Ports.free()));
        command.add(1, "-Djava.io.tmpdir=" + temporary);
        return Program.start(Map.of(), command);
    }

    /** What a line prints that is pasted into a shell. */
    private static String pasted(String line, int exitCode) throws Exception {
        try (Program shell = Program.start(Map.of(), List.of("sh", "-c", line))) {
            assertEquals(exitCode, shell.exitCode(), () -> line);
            return String.join("\n", shell.out().all());
        }
    }

    // ---- what the tests stand on ----

    /** {@code usher run FILE}, by a script that has the command line in {@code "$@"}. */
    private static Program inShell(String script, String file) {
        List<String> command = Product.command("run", file);
        command.addAll(0, List.of("sh", "-c", script, "sh"));
        return Program.start(Map.of(), command);
    }

    /** A configuration with one TCP listener, so that no TLS is needed to see a session. */
    private String config(int port, int backendPort, String more) throws IOException {
        return write("usher.yaml", """
                listeners:
                  raw: { type: tcp, bind: "127.0.0.1:%d", pool: echo, max_connections: 100 }
                pools:
                  echo: { backends: ["127.0.0.1:%d"] }
                admin: { bind: none }
                """.formatted(port, backendPort) + more);
    }

    private static InetSocketAddress awaitListener(Program run) throws InterruptedException {
        Matcher address = ADDRESS.matcher(run.err().await("listener raw: tcp on "));
        assertTrue(address.find());
        return new InetSocketAddress(address.group(1), Integer.parseInt(address.group(2)));
    }

    /** A connection that has reached the backend. */
    private static Socket connected(InetSocketAddress address) throws IOException {
        Socket socket = new Socket();
        socket.connect(address);
        socket.getOutputStream().write('a');
        assertEquals('a', socket.getInputStream().read());
        return socket;
    }

    /** Sends back what it gets. */
    private static final class EchoBackend implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        EchoBackend() throws IOException {
            Thread.ofVirtual().start(this::accept);
        }

        int port() {
            return socket.getLocalPort();
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = socket.accept();
                    Thread.ofVirtual().start(() -> echo(client));
                }
            } catch (IOException closed) {
                // the test is over
            }
        }

        private static void echo(Socket client) {
            try (client;
                    InputStream in = client.getInputStream()) {
                in.transferTo(client.getOutputStream());
            } catch (IOException reset) {
                // the client is gone
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
