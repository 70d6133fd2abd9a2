package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.ConfigDiff;
import dev.usher.Reload;
import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFileTest {
    @TempDir
    private Path directory = Path.of("");

    private RunDirectory places = new RunDirectory(_ -> null);

    @BeforeEach
    void useDirectory() {
        places = new RunDirectory(
                Map.of("RUNTIME_DIRECTORY", directory.resolve("run").toString())::get);
    }

    /** With every setting that the example has. */
    @Test
    void givesBackTheConfigurationInForce() throws Exception {
        UsherConfig config = example();
        try (RunFile _ = RunFile.create(places, Path.of("usher.yaml"), config, null)) {
            RunFile.Found found = own();
            UsherConfig inForce = found.inForce();
            assertEquals(config, inForce);
            assertTrue(ConfigDiff.between(config, inForce).isEmpty());
        }
    }

    @Test
    void isForItsUserAloneAndGoneAtTheEnd() throws Exception {
        Path run = directory.resolve("run");
        try (RunFile _ = RunFile.create(places, Path.of("usher.yaml"), example(), null)) {
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(run)));
            try (Stream<Path> files = Files.list(run)) {
                for (Path file : files.toList()) {
                    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                }
            }
        }
        try (Stream<Path> files = Files.list(run)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void tellsWhatCameOfAReload() throws Exception {
        try (RunFile run = RunFile.create(places, Path.of("usher.yaml"), example(), null)) {
            run.tell(attempt(1, Reload.Trigger.SIGNAL), example());
            run.tell(attempt(2, Reload.Trigger.FILES), example());
            RunState state = own().state();
            assertEquals(2, Objects.requireNonNull(state.last()).number());
            assertEquals(1, state.signalNumber());
            assertEquals("refused", state.last().result());
            assertEquals(List.of("usher.yaml:1:1: error: no"), state.last().text());
        }
    }

    @Test
    void isThereWhileItDrains() throws Exception {
        try (RunFile run = RunFile.create(places, Path.of("usher.yaml"), example(), null)) {
            assertFalse(own().state().draining());
            run.drains();
            assertTrue(own().state().draining());
            IOException refused =
                    assertThrows(IOException.class, () -> new RunningUsher(own()).reload(Duration.ofSeconds(1)));
            assertTrue(String.valueOf(refused.getMessage()).contains("it is draining"), refused::toString);
        }
    }

    /** As POST /reload may ask for one until the admin side has ended. */
    @Test
    void staysAwayWhateverComesAfterTheEnd() throws Exception {
        RunFile run = RunFile.create(places, Path.of("usher.yaml"), example(), null);
        run.close();
        run.tell(attempt(1, Reload.Trigger.API), example());
        run.drains();
        try (Stream<Path> files = Files.list(directory.resolve("run"))) {
            assertEquals(List.of(), files.toList());
        }
    }

    private static Reload attempt(long number, Reload.Trigger trigger) {
        return new Reload(
                number,
                Instant.now(),
                trigger,
                "test",
                Reload.Result.REFUSED,
                1,
                ConfigDiff.NONE,
                1,
                List.of("usher.yaml:1:1: error: no"),
                1);
    }

    @Test
    void ofADeadProcessIsIgnoredAndRemoved() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        try (RunFile _ = RunFile.create(places, Path.of("usher.yaml"), example(), null)) {
            Path own = directory.resolve("run/" + ProcessHandle.current().pid() + ".json");
            Path stale = directory.resolve("run/" + dead.pid() + ".json");
            Files.copy(own, stale);
            assertEquals(1, running().size());
            RunFile.create(places, Path.of("usher.yaml"), example(), null);
            assertFalse(Files.exists(stale));
        }
    }

    /** A number that was given out again is not the process that wrote the file. */
    @Test
    void ofAnotherProcessOfTheSameNumberIsIgnored() throws Exception {
        try (RunFile _ = RunFile.create(places, Path.of("usher.yaml"), example(), null)) {
            Path own = directory.resolve("run/" + ProcessHandle.current().pid() + ".json");
            Files.writeString(own, Files.readString(own).replaceFirst("(\"startedMillis\":)\\d+", "$11"));
            assertEquals(List.of(), running());
        }
    }

    @Test
    void isNotBelievedWhereOthersCanWrite() throws Exception {
        try (RunFile _ = RunFile.create(places, Path.of("usher.yaml"), example(), null)) {
            Files.setPosixFilePermissions(directory.resolve("run"), PosixFilePermissions.fromString("rwxrwxrwx"));
            assertEquals(List.of(), running());
        }
    }

    private RunFile.Found own() {
        assertEquals(1, running().size());
        return running().getFirst();
    }

    private List<RunFile.Found> running() {
        return RunFile.running(places).stream()
                .filter(found -> found.directory().startsWith(directory))
                .toList();
    }

    private static UsherConfig example() throws IOException {
        ConfigResult result = ConfigFile.read(
                Path.of("../deploy/usher.example.yaml"), name -> name.contains("SHA256") ? "0".repeat(64) : null);
        return assertInstanceOf(ConfigResult.Valid.class, result, result.diagnostics()::toString)
                .config();
    }
}
