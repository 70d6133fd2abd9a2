package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Engine API of a real Podman: its list, its filters and its events. A container is made, and not run: crun needs a
 * machine with one kind of control groups. The list of running containers is played by {@link EngineStandIn}.
 */
@Tag("slow")
class PodmanTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    private List<String> podman(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Program.require("podman"),
                "--root",
                directory.resolve("root").toString(),
                "--runroot",
                directory.resolve("run").toString(),
                "--storage-driver",
                "vfs",
                "--events-backend",
                "file"));
        command.addAll(List.of(arguments));
        return command;
    }

    private void run(String... arguments) throws Exception {
        Process process = new ProcessBuilder(podman(arguments))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), () -> output());
    }

    private String output() {
        try {
            return Files.readString(directory.resolve("out"));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    @Test
    void answersListAndEvents() throws Exception {
        Path socket = directory.resolve("podman.sock");
        Path empty = Files.createDirectory(directory.resolve("empty"));
        Process tar = new ProcessBuilder(
                        "tar",
                        "-C",
                        empty.toString(),
                        "-cf",
                        directory.resolve("e.tar").toString(),
                        ".")
                .start();
        assertEquals(0, tar.waitFor());
        run("import", "-c", "ENTRYPOINT [\"/none\"]", directory.resolve("e.tar").toString(), "nothing");
        try (Program service = Program.start("podman", podman("system", "service", "--time=120", "unix://" + socket));
                Feed feed = Feed.of(Given.source("type: docker, timeout: 20s, socket: " + socket))) {
            Await.process(() -> Files.exists(socket) || !service.isAlive(), "podman listens");
            assertEquals(Set.of(), feed.ask().names());
            run("create", "--name", "web", "--label", "usher.name=www.example", "nothing");
            long begun = System.nanoTime();
            feed.await(LONG);
            assertTrue(System.nanoTime() - begun < LONG.toNanos() / 2, "no event came");
            assertEquals(Set.of(), feed.ask().names(), "a container that does not run serves nothing");
        }
    }
}
