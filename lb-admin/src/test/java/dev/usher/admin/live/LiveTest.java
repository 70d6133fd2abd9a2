package dev.usher.admin.live;

import static dev.usher.testing.TestUsher.hello;
import static dev.usher.testing.TestUsher.helloBytes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.end.CloseReason;
import dev.usher.pool.AdminState;
import dev.usher.testing.Await;
import dev.usher.testing.TestBackend;
import dev.usher.testing.TestPeer;
import dev.usher.testing.TestUsher;
import dev.usher.tls.HelloBuilder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Frames of a load balancer that something happens to. */
class LiveTest {
    private static final FrameStatus STATUS = new FrameStatus(1, "same", "serving", true, 0);

    private final AtomicReference<FrameStatus> status = new AtomicReference<>(STATUS);

    private static TestBackend echo() {
        return TestBackend.start(client -> {
            byte[] piece = new byte[4096];
            for (int count = client.read(piece, piece.length); count >= 0; count = client.read(piece, piece.length)) {
                client.send(Arrays.copyOf(piece, count));
            }
        });
    }

    private FrameSource source(TestUsher usher) {
        return new FrameSource(usher.balancer(), _ -> status.get());
    }

    @Test
    void aQuietSecondHasNoPercentiles() throws Exception {
        try (TestBackend backend = echo();
                TestUsher usher = TestUsher.of(backend).start()) {
            Frame frame = source(usher).next();
            assertEquals(0, frame.newPerSecond());
            assertEquals(Map.of(), frame.failures());
            assertNull(frame.connect().p50());
            assertEquals(1, frame.servingBackends());
            assertEquals(1, frame.backends());
            assertNotNull(frame.loopDelaySeconds());
        }
    }

    @Test
    void eachFrameHasWhatItsOwnSecondBrought() throws Exception {
        try (TestBackend backend = echo();
                TestUsher usher = TestUsher.of(backend).start()) {
            FrameSource source = source(usher);
            Frame open;
            try (TestPeer client = usher.connect()) {
                client.send(hello());
                client.read(helloBytes());
                Await.until(
                        () -> usher.balancer().looks().totals().firstByte().getTotalCount() == 1,
                        "the first byte is counted");
                open = source.next();
            }
            usher.ended(CloseReason.COMPLETED);
            assertEquals(1, open.open());
            assertTrue(open.newPerSecond() > 0);
            assertTrue(open.receivedBytesPerSecond() > 0, "bytes of a session that is open");
            assertNotNull(open.hello().p50());
            assertNotNull(open.connect().p99());
            assertNotNull(open.firstByte().p90());
            Frame after = source.next();
            assertEquals(open.sequence() + 1, after.sequence());
            assertEquals(0, after.newPerSecond());
            assertEquals(0, after.failuresPerSecond());
            assertNull(after.connect().p50());
        }
    }

    @Test
    void failuresAreCountedByReason() throws Exception {
        try (TestBackend backend = echo();
                TestUsher usher = TestUsher.of(backend).start()) {
            FrameSource source = source(usher);
            try (TestPeer client = usher.connect()) {
                client.send(new HelloBuilder().name("unknown.example").records());
                client.readToEnd();
            }
            usher.ended(CloseReason.UNKNOWN_NAME);
            Frame frame = source.next();
            assertEquals(Set.of("unknown_name"), frame.failures().keySet());
            assertTrue(frame.failuresPerSecond() > 0);
        }
    }

    @Test
    void theRevisionIsAnotherOneWhenThereIsSomethingToAskFor() throws Exception {
        try (TestBackend backend = echo();
                TestUsher usher = TestUsher.of(backend).start()) {
            FrameSource source = source(usher);
            long first = source.next().revision();
            assertEquals(first, source.next().revision());
            usher.balancer().control().setAdminState(TestUsher.POOL, backend.name(), AdminState.DRAIN, "a test", null);
            Frame drained = source.next();
            assertEquals(first + 1, drained.revision());
            assertEquals(0, drained.servingBackends());
            assertTrue(drained.lastEvent() > 0);
            status.set(new FrameStatus(1, "same", "serving", true, 1));
            assertEquals(first + 2, source.next().revision());
            status.set(new FrameStatus(2, "same", "serving", true, 1));
            assertEquals(first + 3, source.next().revision());
            assertEquals(first + 3, source.next().revision());
        }
    }
}
