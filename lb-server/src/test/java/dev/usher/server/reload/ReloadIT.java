package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Product;
import dev.usher.server.it.Ports;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code usher diff}, and {@code usher reload} against {@code usher run}: as processes, with signals. */
@Timeout(180)
class ReloadIT {
    @TempDir
    private Path directory = Path.of("");

    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);
    private final List<Process> processes = new ArrayList<>();
    private int port;
    private boolean ignoresHangUp;

    @BeforeEach
    void choosePort() throws IOException {
        port = Ports.free();
    }

    @AfterEach
    void endAll() {
        processes.forEach(Process::destroyForcibly);
        backend.close();
    }

    /** What a command said and how it ended. */
    private record Said(int code, String out, String err) {}

    private Path out(int number) {
        return directory.resolve(number + ".out");
    }

    private Path err(int number) {
        return directory.resolve(number + ".err");
    }

    /** Starts the jar under test. */
    private Process start(String... arguments) throws IOException {
        int number = processes.size();
        List<String> command = Product.command(arguments);
        // the tests may be run by nohup, and a JVM cannot take that back
        command.addAll(0, List.of("env", "--" + (ignoresHangUp ? "ignore" : "default") + "-signal=HUP"));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("RUNTIME_DIRECTORY", directory.resolve("run").toString());
        builder.environment().remove("BACKEND");
        if (arguments[0].equals("run")) {
            builder.environment().put("BACKEND", backend.name());
        }
        Process process = builder.redirectOutput(out(number).toFile())
                .redirectError(err(number).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private Said run(String... arguments) throws Exception {
        int number = processes.size();
        Process process = start(arguments);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
        return new Said(process.exitValue(), Files.readString(out(number)), Files.readString(err(number)));
    }

    /** Its backend is only in the environment of the process that serves. */
    private Path write(String name) throws IOException {
        return Files.writeString(directory.resolve("usher.yaml"), """
                listeners: { in: { bind: "127.0.0.1:%d" } }
                routes: { www.example.com: "${BACKEND}", %s: 127.0.0.1:1 }
                defaults: { health_check: none }
                admin: { bind: none }
                reload: { watch: false }
                """.formatted(port, name));
    }

    private Process serving(Path file) throws IOException {
        int number = processes.size();
        Process usher = start("run", file.toString());
        awaitSaid(number, " is ready: ");
        return usher;
    }

    /** A start takes seconds of processor time, which other tests want as well. */
    private void awaitSaid(int number, String text) {
        Await.process(() -> contains(err(number), text), "it says " + text, Duration.ofSeconds(60));
    }

    private static boolean contains(Path file, String text) {
        try {
            return Files.readString(file).contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void reloadPutsTheFileIntoForceOrSaysWhyNot() throws Exception {
        Path file = write("a.example");
        Process usher = serving(file);
        try (Stream<Path> run = Files.list(directory.resolve("run"))) {
            assertEquals(2, run.count());
        }

        write("b.example");
        Said dry = run("reload", "--dry-run", file.toString());
        String diff = """
                + route b.example: becomes reachable, by pool b.example
                - route a.example: becomes unreachable (was pool a.example)
                + pool b.example: 127.0.0.1:1
                - pool a.example: 127.0.0.1:1 (draining)
                """;
        String sorted = diff.lines().sorted().toList().toString();
        assertEquals(0, dry.code(), dry.err());
        assertEquals(sorted, dry.out().lines().sorted().toList().toString());
        assertFalse(contains(err(0), "generation 2"));

        Said applied = run("reload", file.toString());
        assertEquals(0, applied.code(), applied.err());
        assertTrue(applied.out().endsWith("applied: generation 2 is in force\n"), applied.out());
        TestReload.greeted(port).close();

        Said again = run("reload", "--pid", Long.toString(usher.pid()));
        assertEquals(0, again.code(), again.err());
        assertTrue(
                again.out()
                        .matches("no changes: the content of the files is in force already, as generation 2 for "
                                + "\\d+(s|m).* \\(since 2\\S+Z\\)\n"),
                again.out());

        assertEquals("no changes\n", run("reload", "--dry-run", file.toString()).out());

        Files.writeString(file, "routs: {}\n");
        Said invalid = run("reload", file.toString()); // others may run here
        assertEquals(1, invalid.code());
        assertTrue(invalid.err().contains("usher.yaml:1:1: error: "), invalid.err());
        assertTrue(invalid.err().contains("    1 | routs: {}\n      | ^^^^^\n"), invalid.err());
        String checked = run("check", file.toString()).out();
        assertTrue(invalid.err().startsWith(checked), "as usher check says it: " + checked);
        assertTrue(invalid.err().contains("refused: generation 2 stays in force"), invalid.err());

        assertTrue(new ProcessBuilder("kill", "-HUP", Long.toString(usher.pid()))
                        .start()
                        .waitFor()
                == 0);
        Await.until(
                () -> contains(err(0), "refused (SIGHUP): the new configuration is invalid"),
                "the refusal is in the log");
        TestReload.greeted(port).close();

        usher.destroy();
        assertTrue(usher.waitFor(30, TimeUnit.SECONDS));
        assertEquals(0, usher.exitValue());
        try (Stream<Path> run = Files.list(directory.resolve("run"))) {
            assertEquals(0, run.count(), "its run file is gone");
        }
        Said gone = run("reload", file.toString());
        assertEquals(1, gone.code());
        assertTrue(gone.err().contains("no running usher found"), gone.err());
    }

    /** As {@code nohup ./usher run usher.yaml &} starts it. */
    @Test
    void reloadsWhereSighupIsIgnored() throws Exception {
        ignoresHangUp = true;
        Path file = write("a.example");
        Process usher = serving(file);
        assertTrue(contains(err(0), "SIGHUP is ignored (started by nohup)"));
        write("b.example");
        Said applied = run("reload", file.toString());
        assertEquals(0, applied.code(), applied.err());
        assertTrue(applied.out().endsWith("applied: generation 2 is in force\n"), applied.out());
        Await.until(() -> contains(err(0), "reload by uid "), "the event names the user");

        Files.delete(directory.resolve("run").resolve(usher.pid() + ".sock"));
        long began = System.nanoTime();
        Said mute = run("reload", file.toString());
        assertEquals(1, mute.code());
        assertTrue(mute.err().contains("it has no control socket"), mute.err());
        assertTrue(mute.err().contains("it ignores SIGHUP"), mute.err());
        assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(20), "it says so at once");
    }

    /** Stopped by a signal: it neither answers nor ends. */
    @Tag("slow")
    @Test
    void saysWhyAProcessDoesNotAnswer() throws Exception {
        Path file = write("a.example");
        Process usher = serving(file);
        signal("STOP", usher);
        try {
            Said stopped = run("status", "--pid", Long.toString(usher.pid()));
            assertEquals(1, stopped.code());
            assertTrue(stopped.err().contains("it is stopped, and kill -CONT " + usher.pid()), stopped.err());
        } finally {
            signal("CONT", usher);
        }
        assertEquals(0, run("status", "--pid", Long.toString(usher.pid())).code());
        Said nobody = run("reload", "--pid", "999999999");
        assertEquals(1, nobody.code());
        assertTrue(nobody.err().contains("there is no process 999999999"), nobody.err());
    }

    private static void signal(String name, Process usher) throws Exception {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(usher.pid()))
                        .start()
                        .waitFor());
    }

    /** It is valid, and cannot be put into force. */
    @Test
    void reloadSaysWhatTheProcessRefused() throws Exception {
        Path file = write("a.example");
        serving(file);
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
            write("a.example");
            Said refused = run("reload", file.toString());
            assertEquals(1, refused.code());
            assertTrue(refused.err().contains("Address already in use"), refused.err());
            assertTrue(refused.err().contains("generation 1 stays in force"), refused.err());
        }
    }

    @Test
    void diffEndsWithZeroOneOrTwo() throws Exception {
        String one = Files.writeString(directory.resolve("1.yaml"), "routes: { a.example: 10.0.0.1:443 }\n")
                .toString();
        String two = Files.writeString(
                        directory.resolve("2.yaml"), "routes: { a.example: 10.0.0.1:443, b.example: 10.0.0.2:443 }\n")
                .toString();
        String bad =
                Files.writeString(directory.resolve("3.yaml"), "routs: {}\n").toString();
        assertEquals(new Said(0, "", ""), run("diff", one, one));
        Said different = run("diff", one, two);
        assertEquals(1, different.code());
        assertEquals("""
                + route b.example: becomes reachable, by pool b.example
                + pool b.example: 10.0.0.2:443
                """, different.out());
        Said invalid = run("diff", one, bad);
        assertEquals(2, invalid.code());
        assertTrue(invalid.err().contains("3.yaml:1:1: error: "), invalid.err());
        assertEquals(2, run("diff", one).code());
    }
}
