package dev.usher.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A file system that does not answer, as one whose server is gone. */
@Timeout(60)
class FileCallsTest {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final FileCalls calls = new FileCalls(2);
    private final CountDownLatch server = new CountDownLatch(1);

    private String hang(Path file) throws InterruptedException {
        try {
            calls.call(file, SHORT, () -> {
                try {
                    server.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                return file;
            });
            return "came back";
        } catch (NoAnswerException late) {
            return String.valueOf(late.getMessage());
        } catch (IOException other) {
            throw new AssertionError(other);
        }
    }

    @Test
    void leavesBehindWhatDoesNotAnswerAndAsksForItNoMore() throws Exception {
        Path dead = Path.of("/net/dead");
        assertEquals("does not answer: nothing read within 0 s", hang(dead));
        assertEquals("does not answer: an earlier read of it is still stuck", hang(dead));
        assertEquals("yes", calls.call(Path.of("/other"), LONG, () -> "yes"), "others are not kept waiting");
        server.countDown();
        Await.until(() -> "yes".equals(answerOf(dead)), "the server is there again");
    }

    private String answerOf(Path file) {
        try {
            return calls.call(file, LONG, () -> "yes");
        } catch (IOException still) {
            return "no";
        }
    }

    /** Each that is left behind keeps a thread. */
    @Test
    void leavesNoMoreBehindThanItMay() throws Exception {
        hang(Path.of("/net/a"));
        hang(Path.of("/net/b"));
        String told = hang(Path.of("/net/c"));
        Path main = Path.of("/etc/usher.yaml");
        assertEquals("yes", calls.callFirst(main, LONG, () -> "yes"), "one has a place of its own");
        assertTrue(told.startsWith("was not looked at: 2 other files do not answer, as /net/"), told);
        server.countDown();
        Await.until(() -> "yes".equals(answerOf(Path.of("/net/c"))), "all have come back");
    }

    @Test
    void passesOnFaultsAsTheyAre() {
        IOException fault = new IOException("broken");
        assertEquals(
                fault,
                assertThrows(
                        IOException.class,
                        () -> calls.call(Path.of("x"), LONG, () -> {
                            throw fault;
                        })));
        assertThrows(
                IllegalStateException.class,
                () -> calls.call(Path.of("x"), LONG, () -> {
                    throw new IllegalStateException("a bug");
                }));
    }
}
