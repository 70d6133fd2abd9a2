package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.server.control.ProcessStatus;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class RunFileTest {
    private static final int NOBODY = 65534;

    @TempDir
    private Path directory = Path.of("");

    private Path run = Path.of("");
    private RunDirectory places = new RunDirectory(_ -> null);

    @BeforeEach
    void useDirectory() {
        run = directory.resolve("run");
        places = in(run);
    }

    private static RunDirectory in(Path run) {
        return new RunDirectory(Map.of("RUNTIME_DIRECTORY", run.toString())::get);
    }

    private RunFile announced() {
        return RunFile.of(places, Path.of("usher.yaml"), null).announce();
    }

    @Test
    void isForItsUserAndGroupAloneAndGoneAtTheEnd() throws Exception {
        try (RunFile _ = announced()) {
            assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(run)));
            assertEquals("rw-r-----", PosixFilePermissions.toString(Files.getPosixFilePermissions(ownFile())));
        }
        assertEquals(List.of(), left());
    }

    /** A name would be equal to no owner, and many users without a name would share one directory. */
    @Test
    void knowsItsUserByNumber() throws Exception {
        Path own = Files.createFile(directory.resolve("own"));
        assertEquals(String.valueOf(Files.getAttribute(own, "unix:uid")), RunDirectory.user());
    }

    @Test
    void isThereWhileItDrains() {
        try (RunFile file = announced()) {
            assertFalse(own().state().draining());
            file.drains();
            assertTrue(own().state().draining());
        }
    }

    /** A process may be found, and end before anybody has asked it. */
    @Test
    void tellsThatTheProcessHasEnded() {
        RunFile file = announced();
        RunningUsher found = own();
        assertFalse(found.hasEnded());
        file.close();
        assertTrue(found.hasEnded());
    }

    @Test
    void staysAwayWhateverComesAfterTheEnd() throws Exception {
        RunFile file = announced();
        file.close();
        file.drains();
        assertEquals(List.of(), left());
    }

    /** A socket without anybody behind it, as a process leaves it that was killed, and one that a container answers. */
    @Test
    void ofADeadProcessIsIgnoredAndRemovedUnlessItIsAnswered() throws Exception {
        long[] dead = {deadPid(), deadPid()};
        try (RunFile _ = announced();
                ServerSocketChannel answered = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            for (long pid : dead) {
                Files.copy(ownFile(), run.resolve(pid + ".json"));
            }
            try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                killed.bind(UnixDomainSocketAddress.of(RunFile.socket(run, dead[0])));
            }
            answered.bind(UnixDomainSocketAddress.of(RunFile.socket(run, dead[1])));
            assertEquals(1, running().size());
            RunFile.of(places, Path.of("usher.yaml"), null);
            assertFalse(Files.exists(run.resolve(dead[0] + ".json")));
            assertFalse(Files.exists(RunFile.socket(run, dead[0])));
            assertTrue(Files.exists(run.resolve(dead[1] + ".json")));
            assertTrue(Files.exists(RunFile.socket(run, dead[1])));
        }
    }

    private static long deadPid() throws Exception {
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        return dead.pid();
    }

    /** A number that was given out again is not the process that wrote the file. */
    @Test
    void ofAnotherProcessOfTheSameNumberIsIgnored() throws Exception {
        try (RunFile _ = announced()) {
            Files.writeString(ownFile(), Files.readString(ownFile()).replaceFirst("(\"startedMillis\":)\\d+", "$11"));
            assertEquals(List.of(), running());
        }
    }

    @Test
    void isNotBelievedWhereOthersCanWrite() throws Exception {
        try (RunFile _ = announced()) {
            Files.setPosixFilePermissions(run, PosixFilePermissions.fromString("rwxrwxrwx"));
            assertEquals(List.of(), running());
        }
    }

    /** Root looks everywhere, and others may have made what it finds. */
    @Test
    void isNotBelievedUnlessFileDirectoryAndProcessHaveOneOwner() throws Exception {
        Needs.root(); // to give files away
        try (RunFile _ = announced()) {
            Files.setAttribute(run, "unix:uid", NOBODY);
            assertEquals(List.of(), running());
            Files.setAttribute(ownFile(), "unix:uid", NOBODY);
            assertEquals(List.of(), running());
            Files.setAttribute(run, "unix:uid", 0);
            assertEquals(List.of(), running());
            Files.setAttribute(ownFile(), "unix:uid", 0);
            assertEquals(1, running().size());
        }
    }

    /** Such as another user puts there to keep root's commands, and its next usher, waiting. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void isNotReadUnlessItIsARegularFileOfLimitedSize() throws Exception {
        try (RunFile _ = announced()) {
            Path elsewhere = Files.copy(ownFile(), directory.resolve("elsewhere"));
            String whole = Files.readString(ownFile());
            Files.delete(ownFile());
            assertEquals(
                    0,
                    new ProcessBuilder("mkfifo", ownFile().toString()).start().waitFor());
            assertEquals(List.of(), running());
            for (Path end : List.of(elsewhere, Path.of("/dev/zero"))) {
                Files.delete(ownFile());
                Files.createSymbolicLink(ownFile(), end);
                assertEquals(List.of(), running(), end::toString);
            }
            Files.delete(ownFile());
            Files.writeString(ownFile(), "null");
            assertEquals(List.of(), running());
            Files.writeString(ownFile(), whole + " ".repeat(64 << 10));
            assertEquals(List.of(), running());
            Files.writeString(ownFile(), whole);
            assertEquals(1, running().size());
        }
    }

    /** Any user can have a process that says that it serves a file and drains. */
    @Test
    void ofAnotherUserIsForRootsCommandsAndNotForSuccessors() throws Exception {
        Needs.root(); // to start processes of others
        Process other = new ProcessBuilder(
                        "setpriv", "--reuid", String.valueOf(NOBODY), "--clear-groups", "sleep", "60")
                .start();
        try {
            Await.until(() -> ProcessStatus.of(other.pid()).user().orElse(0) == NOBODY, "it runs as another user");
            Files.createDirectory(
                    run, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Path file = Files.write(
                    RunFile.file(run, other.pid()),
                    JsonMapper.shared()
                            .writeValueAsBytes(new RunState(
                                    other.pid(), RunFile.startedMillis(other.toHandle()), "/usher.yaml", null, true)));
            Files.setAttribute(run, "unix:uid", NOBODY);
            Files.setAttribute(file, "unix:uid", NOBODY);
            assertEquals(1, running().size());
            assertEquals(
                    List.of(),
                    RunningUsher.own(places).stream()
                            .filter(found -> found.directory().equals(run))
                            .toList());
        } finally {
            other.destroyForcibly().waitFor();
        }
    }

    /** Who is not root believes his own, and another's only where not everybody could have made it. */
    @Test
    void isNotBelievedOfAnotherWhereEverybodyCanMakeDirectories() throws Exception {
        Needs.root(); // to give files away
        Path open = Files.createDirectory(directory.resolve("tmp"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path among = Files.createDirectory(open.resolve("usher-1000"));
        Path kept = Files.createDirectory(directory.resolve("kept"));
        for (Path each : List.of(among, kept)) {
            Files.setAttribute(each, "unix:uid", NOBODY);
        }
        assertFalse(RunDirectory.isBelieved(among, "1000"));
        assertTrue(RunDirectory.isBelieved(kept, "1000"));
        assertTrue(RunDirectory.isBelieved(among, String.valueOf(NOBODY)));
        assertTrue(RunDirectory.isBelieved(among, "0"));
    }

    /** Where root can write, and another owns the directory. */
    @Test
    void isNotPutIntoADirectoryOfAnother() throws Exception {
        Needs.root(); // to write there
        Files.createDirectory(run);
        Files.setAttribute(run, "unix:uid", NOBODY);
        try (RunFile file = announced()) {
            assertFalse(Objects.requireNonNull(file.socket()).startsWith(run));
            assertEquals(List.of(), left());
        }
    }

    @Test
    void isPutElsewhereWhereTheWayToItsSocketWouldBeTooLong() throws Exception {
        Path far = Files.createDirectory(directory.resolve("x".repeat(100)));
        try (RunFile file = RunFile.of(in(far), Path.of("usher.yaml"), null)) {
            Path socket = Objects.requireNonNull(file.socket());
            assertFalse(socket.startsWith(far));
            assertTrue(socket.toString().length() <= 107);
        }
    }

    private Path ownFile() {
        return run.resolve(ProcessHandle.current().pid() + ".json");
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(run)) {
            return files.toList();
        }
    }

    private RunningUsher own() {
        assertEquals(1, running().size());
        return running().getFirst();
    }

    private List<RunningUsher> running() {
        return RunningUsher.all(places).stream()
                .filter(found -> found.directory().startsWith(directory))
                .toList();
    }
}
