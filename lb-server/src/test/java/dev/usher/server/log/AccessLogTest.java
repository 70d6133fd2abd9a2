package dev.usher.server.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.background.Background;
import dev.usher.background.Background.Failure;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig.AccessFormat;
import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.config.LoggingConfig.AccessLogConfig.Output;
import dev.usher.end.CloseReason;
import dev.usher.testing.Await;
import dev.usher.testing.Needs;
import dev.usher.time.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AccessLogTest {
    private static final int WORKERS = 3;

    private final Background background = new Background(Clock.SYSTEM);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void hasWrittenEverythingThatItWasGivenOnceItIsClosed() throws IOException {
        Path file = directory.resolve("access.log");
        AccessLog log = open(file, 100);
        for (int i = 0; i < 30_000; i++) {
            log.ended(i % WORKERS, Ends.completed(i));
        }
        log.close();
        assertEquals(30_000, Files.readAllLines(file).size() + log.dropped());
        assertEquals(0, log.dropped());
    }

    @Test
    void takesLinesFromEveryWorkerAtOnce() throws Exception {
        Path file = directory.resolve("access.log");
        AccessLog log = open(file, 100);
        List<Thread> workers = new ArrayList<>();
        for (int worker = 0; worker < WORKERS; worker++) {
            int index = worker;
            workers.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 10_000; i++) {
                    log.ended(index, Ends.completed(i));
                }
            }));
        }
        for (Thread worker : workers) {
            worker.join();
        }
        log.close();
        List<String> lines = Files.readAllLines(file);
        assertEquals(WORKERS * 10_000, lines.size());
        assertTrue(lines.stream().allMatch(line -> line.startsWith("{\"ts\":") && line.endsWith("}")));
    }

    @Test
    void writesAfterARestOfItsThread() throws IOException {
        Path file = directory.resolve("access.log");
        AccessLog log = open(file, 100);
        for (int i = 1; i <= 3; i++) {
            log.ended(0, Ends.completed(i));
            awaitLines(file, i);
        }
        log.close();
    }

    @Test
    void goesOnInTheNewFileAfterARotation() throws IOException {
        Path file = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        AccessLog log = open(file, 100);
        log.ended(0, Ends.completed(1));
        awaitLines(file, 1);
        Files.move(file, rotated);
        log.reopen();
        await(() -> Files.exists(file));
        log.ended(0, Ends.completed(2));
        log.close();
        assertEquals(1, Files.readAllLines(rotated).size());
        assertEquals(1, Files.readAllLines(file).size());
    }

    @Test
    void appendsToWhatAnEarlierRunWrote() throws IOException {
        Path file = directory.resolve("access.log");
        for (int run = 0; run < 2; run++) {
            AccessLog log = open(file, 100);
            log.ended(0, Ends.completed(1));
            log.close();
        }
        assertEquals(2, Files.readAllLines(file).size());
    }

    /** {@code /dev/full} says "no space left on device" to every write. */
    @Test
    void aFullDiskCostsLinesAndNothingElse() throws IOException {
        Path full = Needs.devFull();
        AccessLog log = AccessLog.started(config(Output.FILE, full, 100), 1, 64, AccessOutput.file(full), background);
        for (int i = 0; i < 10_000; i++) {
            log.ended(0, Ends.completed(i));
        }
        log.close();
        assertEquals(10_000, log.dropped());
    }

    @Test
    void saysWhichFileCannotBeOpened() {
        Path file = directory.resolve("missing").resolve("access.log");
        IOException fault = assertThrows(IOException.class, () -> open(file, 100));
        assertEquals("the access log " + file + " cannot be opened: no such directory", fault.getMessage());
    }

    @Test
    void outputNoneMakesNoLog() throws IOException {
        try (AccessLog log = AccessLog.open(config(Output.NONE, null, 100), 1, background)) {
            assertFalse(log.wants(CloseReason.COMPLETED, false));
            assertFalse(log.wants(CloseReason.HELLO_TIMEOUT, false));
        }
    }

    @Test
    void samplesOnlyWhatEndedWell() throws IOException {
        AccessLog none = open(directory.resolve("none"), 0);
        AccessLog some = open(directory.resolve("some"), 10);
        int wanted = 0;
        for (int i = 0; i < 100_000; i++) {
            wanted += some.wants(CloseReason.COMPLETED, false) ? 1 : 0;
            assertTrue(!none.wants(CloseReason.COMPLETED, false));
            assertTrue(none.wants(CloseReason.BACKEND_RESET, false));
        }
        assertTrue(wanted > 9_000 && wanted < 11_000, "was " + wanted); // ten standard deviations
        none.close();
        some.close();
    }

    /** By a reload: what was handed over before is in the old file, and nothing is lost between the two. */
    @Test
    void goesOnElsewhereWithoutALostLine() throws Exception {
        Path first = directory.resolve("first.log");
        Path second = directory.resolve("second.log");
        AccessLog log = open(first, 100);
        log.prepare(config(Output.FILE, directory.resolve("unwanted.log"), 100)).cancel();
        for (int i = 0; i < 5000; i++) {
            log.ended(i % WORKERS, Ends.completed(i));
        }
        log.prepare(config(Output.FILE, second, 50)).commit();
        for (int i = 0; i < 5000; i++) {
            log.ended(i % WORKERS, Ends.completed(i));
        }
        int more = endedUntilWritten(log, second);
        log.close();
        assertEquals(0, log.dropped());
        assertEquals(
                10_000 + more,
                Files.readAllLines(first).size() + Files.readAllLines(second).size());
        assertTrue(Files.readAllLines(first).size() >= 5000);
    }

    @Test
    void canBeTurnedOnAndOff() throws Exception {
        Path file = directory.resolve("later.log");
        AccessLog log = AccessLog.open(config(Output.NONE, null, 100), 1, background);
        log.prepare(config(Output.FILE, file, 100)).commit();
        assertTrue(log.wants(CloseReason.COMPLETED, false));
        int lines = endedUntilWritten(log, file);
        log.prepare(config(Output.NONE, null, 100)).commit();
        assertFalse(log.wants(CloseReason.COMPLETED, false));
        log.close();
        int written = Files.readAllLines(file).size();
        assertTrue(written >= 1 && written <= lines, written + " of " + lines);
    }

    /** A pipe that has a reader, as it must to be opened, and the reader does not read. */
    private static final class StuckPipe implements AutoCloseable {
        private final Path path;
        private final FileChannel reader;
        private final AtomicInteger lines = new AtomicInteger();

        StuckPipe(Path path) throws Exception {
            this.path = path;
            assertEquals(
                    0, new ProcessBuilder("mkfifo", path.toString()).start().waitFor());
            // to open it for reading alone waits for a writer
            this.reader = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }

        /** Reads from now on, and counts. */
        void read() {
            Thread.ofPlatform().daemon().start(() -> {
                ByteBuffer some = ByteBuffer.allocate(4096);
                try {
                    while (reader.read(some.clear()) >= 0) {
                        for (int i = 0; i < some.position(); i++) {
                            lines.addAndGet(some.get(i) == '\n' ? 1 : 0);
                        }
                    }
                } catch (IOException closed) {
                    // the test has ended
                }
            });
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    private static int lines(Path file) {
        try {
            return Files.readAllLines(file).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Those in the pipe and in its way come after all, once somebody reads. */
    private static void loseNothing(AccessLog log, StuckPipe pipe, Path elsewhere, int all) {
        assertTrue(log.lines().waiting() > 0, "the lines of the write that hangs wait");
        pipe.read();
        Await.until(() -> pipe.lines.get() + lines(elsewhere) == all, "every line has come");
        Await.until(() -> log.lines().waiting() == 0, "nothing waits");
        log.close();
        assertEquals(all, pipe.lines.get() + lines(elsewhere));
        assertEquals(0, log.dropped());
    }

    @Test
    void goesOnElsewhereWhereNobodyReadsThePipe() throws Exception {
        Path second = directory.resolve("second.log");
        try (StuckPipe pipe = new StuckPipe(directory.resolve("pipe"))) {
            AccessLog log = open(pipe.path, 100);
            for (int i = 0; i < 5000; i++) {
                log.ended(i % WORKERS, Ends.completed(i));
            }
            log.prepare(config(Output.FILE, second, 100)).commit();
            log.ended(0, Ends.completed(5000));
            Await.until(() -> lines(second) > 4000, "the new file has the lines for which the pipe has no room");
            loseNothing(log, pipe, second, 5001);
        }
    }

    /** By a rotation, likewise. */
    @Test
    void opensTheFileAnewWhereNobodyReadsThePipe() throws Exception {
        Path name = directory.resolve("access.log");
        try (StuckPipe pipe = new StuckPipe(name)) {
            AccessLog log = open(name, 100);
            for (int i = 0; i < 5000; i++) {
                log.ended(0, Ends.completed(i));
            }
            Files.move(name, directory.resolve("pipe"));
            log.reopen();
            Await.until(() -> lines(name) > 4000, "the new file has the lines for which the pipe has no room");
            loseNothing(log, pipe, name, 5000);
        }
    }

    private static long writers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("access-log"))
                .count();
    }

    /** Once somebody reads the old pipe, its writer has its lines to give and no more: the rings are another's. */
    @Test
    void whoComesBackTakesNothingFromTheRings() throws Exception {
        Path second = directory.resolve("second.log");
        try (StuckPipe pipe = new StuckPipe(directory.resolve("pipe"))) {
            AccessLog log = open(pipe.path, 100);
            for (int i = 0; i < 5000; i++) {
                log.ended(0, Ends.completed(i));
            }
            log.prepare(config(Output.FILE, second, 100)).commit();
            log.ended(0, Ends.completed(5000));
            Await.until(() -> Files.readString(second).contains("run-5000"), "the ring is empty");
            int ofPipe = 5001 - lines(second);
            long before = writers();
            pipe.read();
            int more = 0;
            while (writers() == before) {
                log.ended(0, Ends.completed(more++));
            }
            log.close();
            Await.until(() -> pipe.lines.get() >= ofPipe, "the lines of the pipe are read");
            assertEquals(ofPipe, pipe.lines.get());
            assertEquals(5001 + more, pipe.lines.get() + lines(second) + log.dropped());
        }
    }

    /** The old output is nobody's trouble any more; the new one's goes on. */
    @Test
    void whoComesBackSaysNothingOfTheNewOutput() throws Exception {
        Path full = Needs.devFull();
        try (StuckPipe pipe = new StuckPipe(directory.resolve("pipe"))) {
            AccessLog log = open(pipe.path, 100);
            for (int i = 0; i < 5000; i++) {
                log.ended(0, Ends.completed(i));
            }
            log.prepare(config(Output.FILE, full, 100)).commit();
            Await.until(() -> failing().startsWith("/dev/full cannot be written"), "the full disk is known");
            long before = writers();
            pipe.read();
            Await.until(() -> writers() < before, "the old writer has ended");
            assertTrue(failing().startsWith("/dev/full cannot be written"), failing());
            log.close();
        }
    }

    private String failing() {
        return background.failing().stream().map(Failure::why).collect(Collectors.joining());
    }

    /** Each holds a thread. */
    @Test
    void leavesBehindAFewWritersAtMost() throws Exception {
        List<StuckPipe> pipes = new ArrayList<>();
        AccessLog log = AccessLog.open(config(Output.NONE, null, 100), 1, background);
        try {
            for (int i = 0; i <= 4; i++) {
                pipes.add(new StuckPipe(directory.resolve("pipe" + i)));
            }
            for (StuckPipe pipe : pipes) {
                log.prepare(config(Output.FILE, pipe.path, 100)).commit();
                for (int i = 0; i < 1000; i++) {
                    log.ended(0, Ends.completed(i));
                }
            }
            IOException fault = assertThrows(IOException.class, () -> log.prepare(config(Output.STDOUT, null, 100)));
            assertEquals(
                    "the access log cannot go elsewhere: 4 outputs of before still hold a writer, as "
                            + pipes.getFirst().path,
                    fault.getMessage());
            pipes.getFirst().read();
            Await.until(() -> pipes.getFirst().lines.get() >= 1, "one is let go");
        } finally {
            for (StuckPipe pipe : pipes) {
                pipe.close();
            }
            log.close();
        }
    }

    /** Sessions end until there is a line in the file; those that were handed over before a change go where that was. */
    private static int endedUntilWritten(AccessLog log, Path file) {
        AtomicInteger count = new AtomicInteger();
        Await.until(
                () -> {
                    log.ended(0, Ends.completed(count.incrementAndGet()));
                    return file.toFile().length() > 0;
                },
                file + " has a line");
        return count.get();
    }

    @Test
    void keepsTheOutputOfBeforeWhereTheNextCannotBeOpened() throws Exception {
        Path file = directory.resolve("access.log");
        AccessLog log = open(file, 100);
        Path nowhere = directory.resolve("absent/access.log");
        IOException fault = assertThrows(
                IOException.class,
                () -> log.prepare(config(Output.FILE, nowhere, 100)).commit());
        assertTrue(String.valueOf(fault.getMessage()).contains(nowhere.toString()), fault::toString);
        log.ended(0, Ends.completed(1));
        log.close();
        assertEquals(1, Files.readAllLines(file).size());
    }

    /** A fault is a fault, whether or not a byte was sent before it. */
    @Test
    void leavesOutConnectionsWithoutAByteUnlessTheyFailed() throws IOException {
        AccessLogConfig quiet = config(Output.FILE, directory.resolve("quiet"), 100);
        AccessLogConfig all = new AccessLogConfig(
                quiet.output(), directory.resolve("all"), quiet.format(), 100, quiet.clientIp(), true);
        Set<CloseReason> leftOut = EnumSet.noneOf(CloseReason.class);
        try (AccessLog log = AccessLog.open(quiet, WORKERS, background);
                AccessLog whole = AccessLog.open(all, WORKERS, background)) {
            for (CloseReason reason : CloseReason.values()) {
                assertTrue(log.wants(reason, false), reason.word());
                assertTrue(whole.wants(reason, true), reason.word());
                if (!log.wants(reason, true)) {
                    leftOut.add(reason);
                }
            }
        }
        assertEquals(
                EnumSet.of(
                        CloseReason.COMPLETED,
                        CloseReason.CLIENT_GONE_BEFORE_HELLO,
                        CloseReason.HELLO_TIMEOUT,
                        CloseReason.CLIENT_RESET),
                leftOut);
    }

    private AccessLog open(Path file, int sampleOkPercent) throws IOException {
        return AccessLog.open(config(Output.FILE, file, sampleOkPercent), WORKERS, background);
    }

    private static AccessLogConfig config(Output output, @org.jspecify.annotations.Nullable Path file, int percent) {
        return new AccessLogConfig(output, file, AccessFormat.JSON, percent, ClientIp.FULL, false);
    }

    private static void awaitLines(Path file, int count) throws IOException {
        await(() -> Files.readAllLines(file).size() == count);
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        while (!condition.holds()) {
            Thread.onSpinWait(); // bounded by the class's time-out
        }
    }
}
