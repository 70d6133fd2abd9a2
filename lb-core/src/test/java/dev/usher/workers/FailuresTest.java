package dev.usher.workers;

import static dev.usher.testing.TestUsher.NAME;
import static dev.usher.testing.TestUsher.hello;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.pool.SocketText;
import dev.usher.relay.FailedSessions;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import dev.usher.view.FailedSession;
import dev.usher.view.FailuresView;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailuresTest {
    private final TestBackend backend = TestBackend.start(TestBackend.ECHO);

    @AfterEach
    void close() {
        backend.close();
    }

    private static void say(TestUsher usher, ByteBuffer said, CloseReason expected) throws IOException {
        try (TestPeer client = usher.connect()) {
            client.send(said).halfClose().readToEnd();
        }
        usher.ended(expected);
    }

    private static ByteBuffer helloFor(String name) {
        return new HelloBuilder().name(name).records();
    }

    private static FailuresView last(TestUsher usher, int limit) throws IOException {
        return usher.balancer().looks().failures(_ -> true, limit);
    }

    @Test
    void whatFailedIsKeptWithItsClientNameReasonAndBackend() throws IOException {
        try (TestBackend refusing = TestBackend.refusing();
                TestUsher usher = TestUsher.of(refusing).workers(2).start()) {
            say(usher, hello(), CloseReason.CONNECT_REFUSED);
            FailuresView view = last(usher, 10);
            assertEquals(1, view.total());
            FailedSession failed = view.sessions().getFirst();
            assertEquals("connect_refused", failed.reason());
            assertEquals(NAME, failed.identity().sni());
            assertEquals(NAME, failed.identity().route());
            assertEquals(TestUsher.POOL, failed.identity().pool());
            assertEquals(refusing.name(), failed.identity().backend());
            assertTrue(SocketText.of(failed.identity().client()).startsWith("127."), failed.toString());
        }
    }

    @Test
    void whatSucceededIsNot() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            say(usher, hello(), CloseReason.COMPLETED);
            assertEquals(0, last(usher, 10).total());
        }
    }

    @Test
    void aFloodOfOneReasonPushesOutNoOther() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            say(usher, helloFor("lost.example"), CloseReason.UNKNOWN_NAME);
            for (int i = 0; i < FailedSessions.CAPACITY + 7; i++) {
                say(usher, ByteBuffer.wrap(HelloBuilder.latin1("SSH-2.0-usher\r\n")), CloseReason.NOT_TLS);
            }
            FailuresView view = last(usher, 10);
            assertEquals(FailedSessions.CAPACITY + 1, view.total());
            assertEquals(10, view.sessions().size());
            assertEquals("not_tls", view.sessions().getFirst().reason(), "the newest first");
            FailuresView unknown =
                    usher.balancer().looks().failures(each -> each.reason().equals("unknown_name"), 10);
            assertEquals(1, unknown.matched());
            assertEquals(
                    "lost.example", unknown.sessions().getFirst().identity().sni());
        }
    }

    @Test
    void theOldestOfAReasonGivesWay() throws IOException {
        try (TestUsher usher = TestUsher.of(backend).start()) {
            for (int i = 0; i < FailedSessions.CAPACITY + 3; i++) {
                say(usher, helloFor("n" + i + ".example"), CloseReason.UNKNOWN_NAME);
            }
            FailuresView view = last(usher, 1000);
            assertEquals(FailedSessions.CAPACITY, view.sessions().size());
            assertTrue(view.sessions().stream()
                    .noneMatch(each -> "n2.example".equals(each.identity().sni())));
            assertTrue(view.sessions().stream()
                    .anyMatch(each -> "n3.example".equals(each.identity().sni())));
        }
    }
}
