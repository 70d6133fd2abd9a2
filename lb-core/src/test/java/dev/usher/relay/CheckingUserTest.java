package dev.usher.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.Balance;
import dev.usher.config.ForwardProxy;
import dev.usher.config.UserFile;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.login.Credentials;
import dev.usher.name.ServerName;
import dev.usher.opening.Destination;
import dev.usher.opening.Opening;
import dev.usher.opening.Step;
import dev.usher.pool.Pool;
import dev.usher.testing.Await;
import dev.usher.testing.ManualClock;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Goal: a user is checked wherever an opening asks for the check, and nobody goes on without a verdict. Method: openings
 * of tests alone, one within the other; each asks for a check of the user in a line. Real sockets.
 */
class CheckingUserTest {
    private static final String BROKEN = "broken";

    private final CountDownLatch go = new CountDownLatch(1);
    private final TestBackend first = TestBackend.start(TestBackend.ECHO);
    private final TestBackend second = TestBackend.start(TestBackend.ECHO);
    private final BlockingQueue<SessionEnd> ends = new LinkedBlockingQueue<>();
    private final HandTurned usher = new HandTurned(
            TestUsher.socks(first, second)
                    .pool(pool -> pool.balance(Balance.FIRST))
                    .forwardProxy(ForwardProxy.DEFAULT.withUsers(UserFile.parse(
                            Path.of("users"),
                            "me:$2y$10$" + "a".repeat(53) + "\n" + BROKEN + ":$2y$10$" + "b".repeat(53))))
                    .config(),
            1 << 20,
            new ManualClock(),
            HandTurned.into(ends),
            _ -> new Asking(new Asking(null)),
            (_, password) -> {
                isLetGo();
                return password.equals("right");
            });
    private final Thread thread = usher.worker.start();

    private void isLetGo() {
        try {
            go.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        go.countDown();
        Await.until(() -> usher.relay.sessions().get() == 0, "all are closed");
        Await.until(() -> usher.worker.buffers().heldBytes().get() == 0, "no bytes are held");
        usher.worker.stop();
        thread.join();
        first.close();
        second.close();
    }

    private TestPeer saying(String lines) throws IOException {
        return TestPeer.connect(usher.address).send(lines.getBytes(StandardCharsets.US_ASCII));
    }

    private static void reads(TestPeer client, String words) throws IOException {
        assertEquals(words, new String(client.read(words.length()), StandardCharsets.US_ASCII));
    }

    private void ended(CloseReason reason) throws InterruptedException {
        SessionEnd end = Objects.requireNonNull(ends.poll(10, TimeUnit.SECONDS), "it has ended");
        assertEquals(reason, end.reason());
    }

    private void isServed() throws Exception {
        try (TestPeer client = saying("me right\nme right\nbytes")) {
            reads(client, "connected\nbytes");
        }
        ended(CloseReason.COMPLETED);
    }

    @Test
    void knownUserIsHeardOnOutsideAndWithin() throws Exception {
        go.countDown();
        isServed();
    }

    @Test
    void unknownUserWithinIsRefusedAndNoBackendHasAByte() throws Exception {
        go.countDown();
        try (TestPeer client = saying("me right\n")) {
            reads(client, "connected\n");
            first.connection(0); // before the end, which the backend sees as a RST
            client.send("me wrong\nbytes".getBytes(StandardCharsets.US_ASCII));
            reads(client, "refused\n");
            assertEquals(0, client.readToEnd().length);
        }
        ended(CloseReason.AUTH_FAILED);
        assertEquals(0, first.connection(0).received().length);
    }

    @Test
    void sessionWhoseBackendGoesMeanwhileEndsAndIsNotHeardWithoutAVerdict() throws Exception {
        try (TestPeer client = saying("free\nme wrong\nbytes")) {
            reads(client, "connected\n");
            Pool pool = Objects.requireNonNull(usher.routing.pools().get(TestUsher.POOL));
            usher.worker.submit(() -> usher.relay.walk().end(pool.backends(), CloseReason.BACKEND_REMOVED, 1, 1));
            ended(CloseReason.BACKEND_REMOVED);
            go.countDown();
            client.ending();
        }
        assertEquals(0, second.connections().size());
    }

    @Test
    void bugBehindTheVerdictEndsTheSessionAlone() throws Exception {
        go.countDown();
        try (TestPeer client = saying(BROKEN + " right\n")) {
            client.ending();
        }
        ended(CloseReason.BUG);
        Await.until(() -> usher.worker.bugs().get() == 1, "the bug is counted"); // a moment after the end
        isServed();
    }

    /** Asks for a check of the user in the first line, unless there is no password; whole once heard on. */
    private static final class Asking implements Opening {
        private final @Nullable Opening within;
        private String user = "";

        Asking(@Nullable Opening within) {
            this.within = within;
        }

        @Override
        public Step read(ByteBuffer soFar) {
            if (user.equals(BROKEN)) {
                throw new IllegalStateException("on purpose");
            }
            if (!user.isEmpty()) {
                return whole(0);
            }
            String text = StandardCharsets.US_ASCII.decode(soFar.duplicate()).toString();
            int end = text.indexOf('\n') + 1;
            if (end == 0) {
                return Step.NEED_MORE;
            }
            String line = text.substring(0, end - 1);
            int space = line.indexOf(' ');
            user = space < 0 ? line : line.substring(0, space);
            return space < 0 ? whole(end) : new Step.Check(new Credentials(user, line.substring(space + 1)), end);
        }

        private static Step whole(int consumed) {
            return new Step.Whole(new Destination.Host(ServerName.of(TestUsher.NAME), TestUsher.NAME, 443), consumed);
        }

        @Override
        public ByteBuffer connected() {
            return StandardCharsets.US_ASCII.encode("connected\n");
        }

        @Override
        public @Nullable Opening within() {
            return within;
        }

        @Override
        public ByteBuffer refusal(Refusal why) {
            return StandardCharsets.US_ASCII.encode("refused\n");
        }
    }
}
