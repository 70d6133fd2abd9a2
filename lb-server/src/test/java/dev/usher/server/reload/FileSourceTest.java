package dev.usher.server.reload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.ConfigSource.OnDisk;
import dev.usher.file.FileCalls;
import dev.usher.file.NoAnswerException;
import dev.usher.reload.Reload.Result;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.testing.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is shown of files while they change. */
class FileSourceTest {
    private static final String HASH = "0123456789abcdef".repeat(4);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    /** At once, since readers look at any time. */
    private Path write(String more) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), """
                listeners: { in: { bind: "127.0.0.1:0" } }
                routes: { a.example: 127.0.0.1:1 }
                defaults: { health_check: none }
                admin: { tokens: [{ name: ops, role: operator, sha256: %s }] }
                """.formatted(HASH) + more);
        return Files.move(next, directory.resolve("usher.yaml"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static void await(ConfigSource source, OnDisk expected) {
        Await.until(() -> source.onDisk() == expected, "the files are " + expected);
    }

    @Test
    void saysHowFilesCompareWithWhatIsInForce() throws Exception {
        Path file = write("");
        try (TestReload usher = TestReload.of(file)) {
            FileSource source = new FileSource(file, usher.balancer(), usher.reloader());
            assertEquals(OnDisk.SAME, source.onDisk());

            write("# a comment\n");
            await(source, OnDisk.SAME);
            write("default_route: close\n");
            await(source, OnDisk.DIFFERENT);
            assertTrue(source.files().changes().text().contains("default_route"), source.files()::toString);
            assertTrue(source.read().changes().text().contains("default_route"), source.read()::toString);
            usher.reload(Result.APPLIED);
            assertEquals(OnDisk.SAME, source.onDisk(), "at once, with the generation");
            assertEquals(OnDisk.SAME, source.read().onDisk(), "compared with the new generation");

            write("oops: 1\n");
            await(source, OnDisk.FAULTY);
            ConfigSource.Files files = source.files();
            assertEquals(OnDisk.FAULTY, files.onDisk());
            assertTrue(files.diagnostics().getFirst().contains("oops"), files::toString);
            assertTrue(files.changes().isEmpty());

            Files.delete(file);
            await(source, OnDisk.FAULTY);
            Await.until(
                    () -> source.files().files().getFirst().text().startsWith("cannot be read"), "the file is gone");
        }
    }

    /** Whoever asks how the files compare asks each second, and must not wait for them. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // who waits for a monitor hears no interrupt
    void answersWhileTheFilesAreRead() throws Exception {
        Path file = write("");
        try (TestReload usher = TestReload.of(file)) {
            FileSource source = new FileSource(file, usher.balancer(), usher.reloader());
            Await.until(() -> !source.files().files().isEmpty(), "a first look");
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch end = new CountDownLatch(1);
            Thread reader = Thread.ofPlatform().daemon().start(() -> {
                synchronized (usher.reloader()) { // as a reload
                    synchronized (usher.reloader().readings()) { // as a reading of a file that does not answer
                        held.countDown();
                        awaitQuietly(end);
                    }
                }
            });
            held.await();
            write("default_route: close\n");
            for (int i = 0; i < 100; i++) {
                assertEquals(OnDisk.SAME, source.onDisk());
                assertTrue(source.files().files().getFirst().text().contains("a.example"));
                assertTrue(source.effective().contains("a.example"));
                assertEquals(1, source.status().generation());
            }
            end.countDown();
            reader.join();
            await(source, OnDisk.DIFFERENT);
        }
    }

    /** Without an answer nothing is known of the file: a look goes by the last answer, a reload says what is wrong. */
    @Test
    @Timeout(60)
    @SuppressWarnings("ReferenceEquality") // each reading makes a new object
    void aLookKeepsTheLastReadingWhileAFileDoesNotAnswer() throws Exception {
        Path file = write("");
        Path value = Files.writeString(directory.resolve("value"), "close");
        write("default_route: ${file:value}\n");
        CountDownLatch answers = new CountDownLatch(1);
        try (TestReload usher = TestReload.of(file)) {
            Readings readings = usher.reloader().readings();
            Readings.Compared before = readings.look();
            assertThrows(
                    NoAnswerException.class,
                    () -> FileCalls.run(value, Duration.ofMillis(1), () -> {
                        awaitQuietly(answers);
                        return true;
                    }));
            assertSame(before, readings.look());
            String told = usher.reload(Result.REFUSED).diagnostics().getFirst();
            assertTrue(told.contains("does not answer"), told);
            ConfigResult refused = readings.look().read();
            assertSame(refused, readings.look().read());
            answers.countDown();
            Await.until(() -> readings.look().read() != refused, "the file answers again");
            usher.reload(Result.UNCHANGED);
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void parsesOnceWhatIsAskedForTwice() throws Exception {
        Path file = write("");
        try (TestReload usher = TestReload.of(file)) {
            Readings readings = usher.reloader().readings();
            ConfigResult first = readings.now();
            assertSame(first, readings.now());
            FileSource source = new FileSource(file, usher.balancer(), usher.reloader());
            assertSame(source.effective(), source.effective());
            write("default_route: close\n");
            assertNotSame(first, readings.now());
            assertSame(readings.now(), readings.now());
            assertSame(readings.look(), readings.compare());
            usher.reload(Result.APPLIED);
            assertTrue(source.effective().contains("default_route: close"), source::effective);
        }
    }

    @Test
    @Timeout(60)
    void saysWhatIsWrongWithAPipeForAValueAndGoesOn() throws Exception {
        Path file = write("");
        Path pipe = file.resolveSibling("pipe");
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        try (TestReload usher = TestReload.of(file)) {
            FileSource source = new FileSource(file, usher.balancer(), usher.reloader());
            write("workers: ${file:pipe}\n");
            await(source, OnDisk.FAULTY);
            String told = usher.reload(Result.REFUSED).diagnostics().getFirst();
            assertTrue(told.endsWith("error: ${file:pipe} cannot be read: is a pipe, not a file"), told);
            write("default_route: close\n");
            usher.reload(Result.APPLIED);
        }
    }

    @Test
    void masksHashesInTheTextOfFiles() throws Exception {
        Path file = write("");
        try (TestReload usher = TestReload.of(file)) {
            String text = new FileSource(file, usher.balancer(), usher.reloader())
                    .read()
                    .files()
                    .getFirst()
                    .text();
            assertTrue(text.contains("sha256: ***") && !text.contains(HASH), text);
        }
    }
}
