package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.ExecSource;
import dev.usher.config.SourceConfig;
import dev.usher.config.SourceType;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A program that is run, with real programs. */
class ExecFeedTest {
    /** Not among the temporary files: everybody may write there, and such a program is refused. */
    private Path directory = Path.of("target");

    @BeforeEach
    void make() throws IOException {
        // The checkout may lie below a directory that others can write to, such as /tmp: usher runs no program there.
        directory = Files.createTempDirectory(Path.of(System.getProperty("user.home")), ".usher-test");
        Needs.that(Files.isExecutable(Path.of("/usr/bin/setsid")), "setsid, of util-linux");
    }

    @AfterEach
    void delete() throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path each : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    private Path program(String script) throws IOException {
        Path program = Files.writeString(directory.resolve("program"), "#!/bin/sh\n" + script);
        return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Feed feed(String script) throws IOException {
        return feed(program(script));
    }

    private static Feed feed(Path program) throws IOException {
        SourceConfig docker = Given.source("type: docker, timeout: 1s");
        return Feed.of(new SourceConfig(
                "apps",
                SourceType.EXEC,
                new ExecSource(List.of(program.toString(), "a b", "$HOME", "*")),
                docker.interval(),
                docker.timeout(),
                List.of(),
                List.of(),
                false,
                null,
                1000,
                docker.defaults()));
    }

    private static String refusal(Feed feed) {
        return String.valueOf(assertThrows(IOException.class, feed::ask).getMessage());
    }

    /** The arguments stay whole, since no shell reads them; nothing of usher's environment is there. */
    @Test
    void runsProgramInACleanEnvironment() throws Exception {
        try (Feed feed = feed("""
                [ $# = 3 ] && [ "$1" = "a b" ] && [ "$2" = '$HOME' ] && [ "$3" = '*' ] || exit 3
                [ "$USHER_SOURCE" = apps ] && [ -z "$USER$JAVA_HOME$MAVEN_OPTS" ] && [ "$PWD" = / ] || exit 4
                for each in /proc/self/fd/*; do case ${each##*/} in [0-2]) ;; *) [ -e /proc/$$/fd/${each##*/} ] && [ ${each##*/} != 10 ] && exit 5;; esac; done
                echo 'routes: { a.example: 10.0.0.1:443 }'
                """)) {
            assertEquals(Set.of("a.example"), feed.ask().names());
            assertEquals(Set.of("a.example"), feed.ask().names());
        }
    }

    /** A process outside the group has the program's stderr for a moment more. */
    @Test
    void waitsForTheEndOfTheOutputBefore() throws Exception {
        try (Feed feed = feed("setsid sleep 0.3 >/dev/null & echo 'routes: { a.example: 10.0.0.1:443 }'")) {
            assertEquals(Set.of("a.example"), feed.ask().names());
            assertEquals(Set.of("a.example"), feed.ask().names());
        }
    }

    @Test
    void saysWhatProgramSaysOfItsFailure() throws Exception {
        try (Feed feed = feed("echo 'no database' >&2; echo more >&2; exit 7")) {
            assertEquals("the exit code is 7: no database", refusal(feed));
        }
    }

    /** All processes of the group end, also those in the background. */
    @Test
    void endsWholeGroupAtTheDeadline() throws Exception {
        Path child = directory.resolve("child");
        try (Feed feed = feed("sleep 100 & echo $! > " + child + "; sleep 100")) {
            assertEquals("the program has not ended within 1000 ms", refusal(feed));
            long number = Long.parseLong(Files.readString(child).strip());
            Await.until(
                    () -> ProcessHandle.of(number)
                            .filter(ProcessHandle::isAlive)
                            .isEmpty(),
                    "the process in the background is gone");
        }
    }

    @Test
    void refusesOutputOverTheLimit() throws Exception {
        try (Feed feed = feed("exec cat /dev/zero")) {
            assertEquals("the output has more than 1048576 bytes", refusal(feed));
        }
    }

    @Test
    void refusesProgramThatOthersCanWrite() throws Exception {
        Path program = program("echo '{}'");
        try (Feed feed = feed(program)) {
            assertTrue(feed.ask().isEmpty());
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xrwx"));
            assertEquals(program + " can be written by others: chmod go-w " + program, refusal(feed));
            Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxr-x"));
            assertTrue(refusal(feed).startsWith(directory + ", a directory on the way to the program,"), refusal(feed));
        }
    }

    /** A link in a safe directory leads to a file in an unsafe one. */
    @Test
    void refusesLinkToProgramThatOthersCanReplace() throws Exception {
        Path unsafe = Files.createDirectory(directory.resolve("unsafe"));
        Path target = Files.move(program("echo '{}'"), unsafe.resolve("target"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), target);
        Files.setPosixFilePermissions(unsafe, PosixFilePermissions.fromString("rwxrwxrwx"));
        try (Feed feed = feed(link)) {
            assertTrue(refusal(feed).contains("unsafe, a directory on the way"), refusal(feed));
        }
        assertFalse(Files.notExists(link));
    }
}
