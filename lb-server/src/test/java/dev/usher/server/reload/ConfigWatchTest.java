package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.reload.Reload;
import dev.usher.reload.Reload.Result;
import dev.usher.reload.Reload.Trigger;
import dev.usher.server.it.Ports;
import dev.usher.testing.Await;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which people and programs change files, with real files, is taken over once and right. */
@Timeout(60)
class ConfigWatchTest {
    /** Nothing but an event can be the reason within a test's patience. */
    private static final String EVENTS_ONLY = "{ debounce: 30ms, poll: 1h }";
    /** Nothing but a comparison can be the reason where a directory was replaced or nothing is told. */
    private static final String OFTEN = "{ debounce: 30ms, poll: 100ms }";

    @TempDir
    private Path directory = Path.of("");

    private int port;

    @BeforeEach
    void choosePort() throws IOException {
        port = Ports.free();
    }

    /** A configuration with one more route, by which it is known again. */
    private String text(String name, String reload) {
        return """
                listeners: { in: { bind: "127.0.0.1:%d" } }
                routes: { www.example.com: 127.0.0.1:1, %s: 127.0.0.1:1 }
                defaults: { health_check: none }
                workers: 1
                admin: { bind: none }
                reload: %s
                """.formatted(port, name, reload);
    }

    private static void assertServes(String name, Reload reload, TestReload usher) {
        assertEquals(Result.APPLIED, reload.result(), reload.toString());
        assertEquals(Trigger.FILES, reload.trigger());
        assertTrue(
                usher.balancer().looks().config().routes().stream()
                        .anyMatch(route -> route.pattern().name().equals(name)),
                reload.toString());
    }

    @Nested
    class AnEventTellsOf {
        @Test
        void anInPlaceWrite() throws Exception {
            Path file = write("usher.yaml", text("a.example", EVENTS_ONLY));
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                Files.writeString(file, text("b.example", EVENTS_ONLY));
                assertServes("b.example", usher.next(), usher);
            }
        }

        @Test
        void aRenameOver() throws Exception {
            Path file = write("usher.yaml", text("a.example", EVENTS_ONLY));
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                Path next = write(".usher.yaml.tmp", text("b.example", EVENTS_ONLY));
                Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
                assertServes("b.example", usher.next(), usher);
            }
        }

        /** As vim does with {@code backupcopy=no}: away with the old one, a new one, and then the old one is deleted. */
        @Test
        void anEditorThatRenamesAndCreates() throws Exception {
            Path file = write("usher.yaml", text("a.example", EVENTS_ONLY));
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                write("4913", "");
                Files.delete(directory.resolve("4913"));
                Path backup = directory.resolve("usher.yaml~");
                Files.move(file, backup);
                Files.writeString(file, text("b.example", EVENTS_ONLY));
                Files.delete(backup);
                assertServes("b.example", usher.next(), usher);
                assertEquals(0, usher.reloader().status().refused());
            }
        }

        /** {@code file -> ..data/file}, {@code ..data -> ..1}: the volume replaces the second link only. */
        @Test
        void aConfigMapSwap() throws Exception {
            Path first = Files.createDirectory(directory.resolve("..1"));
            Files.writeString(first.resolve("usher.yaml"), text("a.example", EVENTS_ONLY));
            Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
            Path file = Files.createSymbolicLink(directory.resolve("usher.yaml"), Path.of("..data/usher.yaml"));
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                for (int version = 2; version <= 3; version++) { // the second swap is seen by what the first one left
                    Path next = Files.createDirectory(directory.resolve(".." + version));
                    String name = "v" + version + ".example";
                    Files.writeString(next.resolve("usher.yaml"), text(name, EVENTS_ONLY));
                    Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of(".." + version));
                    Files.move(
                            directory.resolve("..data_tmp"),
                            directory.resolve("..data"),
                            StandardCopyOption.ATOMIC_MOVE);
                    delete(directory.resolve(".." + (version - 1)));
                    assertServes(name, usher.next(), usher);
                }
                assertEquals(0, usher.reloader().status().refused());
            }
        }

        @Test
        void theFarTargetOfALink() throws Exception {
            Path far = Files.createDirectory(directory.resolve("far"));
            Path target = Files.writeString(far.resolve("real.yaml"), text("a.example", EVENTS_ONLY));
            Path near = Files.createDirectory(directory.resolve("near"));
            Path file = Files.createSymbolicLink(near.resolve("usher.yaml"), target);
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                Files.writeString(target, text("b.example", EVENTS_ONLY));
                assertServes("b.example", usher.next(), usher);
            }
        }

        /** {@code current -> v1} on the way to the file, as deployments by link have it. */
        @Test
        void aLinkInTheMiddleOfThePath() throws Exception {
            for (String name : List.of("v1", "v2")) {
                Path version = Files.createDirectory(directory.resolve(name));
                Files.writeString(version.resolve("usher.yaml"), text(name + ".example", EVENTS_ONLY));
            }
            Path current = Files.createSymbolicLink(directory.resolve("current"), Path.of("v1"));
            try (TestReload usher = TestReload.of(current.resolve("usher.yaml")).watch()) {
                awaitIn("timedWait");
                Path next = Files.createSymbolicLink(directory.resolve("next"), Path.of("v2"));
                Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
                assertServes("v2.example", usher.next(), usher);
            }
        }

        @Test
        void aFileThatAnIncludeFindsOrMisses() throws Exception {
            Path parts = Files.createDirectory(directory.resolve("conf.d"));
            Path file = write("usher.yaml", "include: [conf.d/*.yaml]\n" + text("a.example", EVENTS_ONLY));
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                Path part = Files.writeString(parts.resolve("b.yaml"), "routes: { b.example: 127.0.0.1:2 }\n");
                assertServes("b.example", usher.next(), usher);
                Files.writeString(part, "routes: { c.example: 127.0.0.1:2 }\n");
                assertServes("c.example", usher.next(), usher);
                Files.delete(part);
                assertEquals(Result.APPLIED, usher.next().result());
                assertEquals(2, usher.balancer().looks().config().routes().size());
            }
        }

        @Test
        void aFileThatAValueComesFrom() throws Exception {
            Path value = write("retries", "3\n");
            String text = text("a.example", EVENTS_ONLY)
                    .replace("health_check: none", "health_check: none, retries: \"${file:retries}\"");
            try (TestReload usher = TestReload.of(write("usher.yaml", text)).watch()) {
                awaitIn("timedWait");
                Files.writeString(value, "4\n");
                Reload reload = usher.next(Result.APPLIED);
                assertTrue(reload.diff().text().contains("retries 3 -> 4"), reload.toString());
            }
        }
    }

    @Nested
    class AComparisonTellsOf {
        /** The watch stays with the old directory, and hears nothing of the new one. */
        @Test
        void aReplacedDirectory() throws Exception {
            Path etc = Files.createDirectory(directory.resolve("etc"));
            Path file = Files.writeString(etc.resolve("usher.yaml"), text("a.example", OFTEN));
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                Path next = Files.createDirectory(directory.resolve("etc.new"));
                Files.writeString(next.resolve("usher.yaml"), text("b.example", EVENTS_ONLY));
                Files.move(etc, directory.resolve("etc.old"));
                Files.move(next, etc);
                assertServes("b.example", usher.next(), usher);
                Files.writeString(file, text("c.example", EVENTS_ONLY)); // and the new one is watched
                assertServes("c.example", usher.next(), usher);
            }
        }

        @Test
        void aDirectoryOfIncludesThatWasNotThere() throws Exception {
            Path file = write("usher.yaml", "include: [conf.d/*.yaml]\n" + text("a.example", OFTEN));
            try (TestReload usher = TestReload.of(file).watch()) {
                awaitIn("timedWait");
                Path parts = Files.createDirectory(directory.resolve("conf.d"));
                Files.writeString(parts.resolve("b.yaml"), "routes: { b.example: 127.0.0.1:2 }\n");
                assertServes("b.example", usher.next(), usher);
            }
        }

        @Test
        void whatChangedBeforeTheWatchBegan() throws Exception {
            Path file = write("usher.yaml", text("a.example", EVENTS_ONLY));
            try (TestReload usher = TestReload.of(file)) {
                Files.writeString(file, text("b.example", EVENTS_ONLY));
                usher.watch();
                assertServes("b.example", usher.next(), usher);
            }
        }
    }

    /** The second half comes within the second that a failed reading is given. */
    @Test
    void aHalfWrittenFileIsNotReported() throws Exception {
        Path file = write("usher.yaml", text("a.example", EVENTS_ONLY));
        try (TestReload usher = TestReload.of(file).watch()) {
            awaitIn("timedWait");
            byte[] whole = text("b.example", EVENTS_ONLY).getBytes(StandardCharsets.UTF_8);
            try (OutputStream out = new FileOutputStream(file.toFile())) {
                out.write(whole, 0, 60);
                out.flush();
                awaitIn("lookAway");
                out.write(whole, 60, whole.length - 60);
            }
            assertServes("b.example", usher.next(), usher);
            assertEquals(0, usher.reloader().status().refused());
        }
    }

    /** Waits until the thread of the watch is within a method. */
    private static void awaitIn(String method) {
        Await.until(
                () -> Thread.getAllStackTraces().entrySet().stream()
                        .filter(entry -> entry.getKey().getName().equals("config-watch"))
                        .flatMap(entry -> Stream.of(entry.getValue()))
                        .anyMatch(frame -> frame.getMethodName().equals(method)),
                "the watch is in " + method);
    }

    @Test
    void aFaultyFileIsReportedOnceAndItsRepairTakenOver() throws Exception {
        Path file = write("usher.yaml", text("a.example", OFTEN));
        try (TestReload usher = TestReload.of(file).watch()) {
            awaitIn("timedWait");
            Files.writeString(file, "routs: {}\n");
            assertEquals(1, usher.next(Result.REFUSED).generation());
            Files.delete(file);
            usher.next(Result.REFUSED);
            Files.writeString(file, text("b.example", OFTEN));
            assertServes("b.example", usher.next(), usher);
            assertEquals(2, usher.reloader().status().refused());
        }
    }

    /** The number of the attempt shows that nothing was read for it: what was read is compared, not when. */
    @Test
    void aTouchIsNoChange() throws Exception {
        Path file = write("usher.yaml", text("a.example", EVENTS_ONLY));
        try (TestReload usher = TestReload.of(file).watch()) {
            awaitIn("timedWait");
            Files.writeString(file, text("a.example", EVENTS_ONLY));
            write("unrelated", "x");
            Files.writeString(file, text("b.example", EVENTS_ONLY));
            assertEquals(1, usher.next(Result.APPLIED).number());
        }
    }

    @Test
    void watchFalseIsFollowedBothWays() throws Exception {
        String off = "{ watch: false, debounce: 0s, poll: 100ms }";
        Path file = write("usher.yaml", text("a.example", off));
        try (TestReload usher = TestReload.of(file).watch()) {
            Files.writeString(file, text("b.example", OFTEN));
            assertEquals(1, usher.reload(Result.APPLIED).number(), "nobody else read it");
            usher.next(Result.APPLIED);
            Files.writeString(file, text("c.example", off));
            assertServes("c.example", usher.next(), usher);
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }

    private static void delete(Path directory) throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
