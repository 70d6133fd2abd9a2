package dev.usher.admin.live;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.http.Json;
import dev.usher.testing.Await;
import io.undertow.Undertow;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The stream over real sockets. */
class FrameStreamTest {
    private static final long FIRST = 1000;

    private FrameStream stream = new FrameStream(FIRST);
    private final Undertow server = Undertow.builder()
            .addHttpListener(0, "127.0.0.1", exchange -> stream.handleRequest(exchange))
            .setIoThreads(1)
            .setWorkerThreads(1)
            .build();
    private long published = FIRST - 1;
    private final List<StreamPeer> peers = new ArrayList<>();

    FrameStreamTest() {
        server.start();
    }

    @AfterEach
    void stop() throws IOException {
        for (StreamPeer peer : peers) {
            peer.close();
        }
        server.stop();
    }

    private InetSocketAddress address() {
        return (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
    }

    /** One that looks, and whom the stream knows. */
    private StreamPeer peer(String... headers) throws IOException {
        return known(new StreamPeer(address(), headers));
    }

    private StreamPeer known(StreamPeer peer) throws IOException {
        peers.add(peer);
        assertEquals("HTTP/1.1 200 OK", peer.head().getFirst());
        peer.await("retry: ");
        return peer;
    }

    private void publish(int frames) {
        for (int i = 0; i < frames; i++) {
            stream.publish(TestFrames.frame(++published));
        }
    }

    private static String json(Frame frame) {
        return new String(Json.bytes(frame), StandardCharsets.UTF_8);
    }

    @Test
    void endsForWhoMayNotLookAnyMore() throws IOException {
        AtomicBoolean may = new AtomicBoolean(true);
        stream = new FrameStream(FIRST, Duration.ofSeconds(30), _ -> may::get);
        StreamPeer peer = peer();
        publish(1);
        assertEquals(published, peer.nextId());
        may.set(false);
        publish(1);
        peer.awaitEnd();
        Await.until(() -> stream.clients() == 0, "its place is free");
    }

    @Test
    void everyFrameGoesToAllWhoLook() throws IOException {
        StreamPeer one = peer();
        StreamPeer other = peer();
        for (int i = 0; i < 20; i++) {
            publish(1);
            for (StreamPeer peer : List.of(one, other)) {
                assertEquals(published, peer.nextId());
                assertEquals("event: frame", peer.line());
                assertEquals(json(TestFrames.frame(published)), peer.await("data: "));
                assertEquals("", peer.line());
            }
        }
    }

    @Test
    void theHeadIsThatOfAStream() throws IOException {
        StreamPeer peer = new StreamPeer(address());
        peers.add(peer);
        List<String> head = peer.head();
        assertTrue(head.contains("Content-Type: text/event-stream"), head.toString());
        assertTrue(head.contains("Cache-Control: no-store"), head.toString());
        assertEquals("2000", peer.await("retry: "));
    }

    @Test
    void whoComesSeesTheNewestFrameAtOnce() throws IOException {
        publish(5);
        assertEquals(published, peer().nextId());
    }

    // ---- what was missed ----

    @Test
    void whatWasMissedIsSentAgain() throws IOException {
        publish(100);
        long known = published - 40;
        StreamPeer peer = peer("Last-Event-ID: " + known);
        for (long id = known + 1; id <= published; id++) {
            assertEquals(id, peer.nextId());
        }
        publish(1);
        assertEquals(published, peer.nextId());
    }

    @Test
    void whoHasTheNewestIsNotSentItAgain() throws IOException {
        publish(3);
        StreamPeer peer = peer("Last-Event-ID: " + published);
        publish(1);
        assertEquals(published, peer.nextId());
    }

    @Test
    void noMoreIsSentAgainThanIsKept() throws IOException {
        publish(History.FRAMES + 50);
        assertEquals(published - History.FRAMES + 1, peer("Last-Event-ID: 3").nextId());
    }

    @Test
    void anIdOfAnotherProcessIsNone() throws IOException {
        publish(10);
        assertEquals(
                published, peer("Last-Event-ID: " + (published + 1_000_000)).nextId());
        assertEquals(published, peer("Last-Event-ID: no number").nextId());
    }

    // ---- limits ----

    /** Its socket takes little, and it does not read: far more is published than any buffer on the way holds. */
    @Test
    void whoIsSlowSkipsFramesAndNobodyWaits() throws IOException {
        StreamPeer slow = known(new StreamPeer(address(), 4096));
        StreamPeer fast = peer();
        for (int i = 0; i < 2000; i++) {
            publish(1);
            assertEquals(published, fast.nextId());
        }
        List<Long> seen = new ArrayList<>();
        do {
            seen.add(slow.nextId());
        } while (seen.getLast() < published);
        assertTrue(seen.size() < 500, seen.size() + " frames were kept for it");
        assertEquals(List.of(published - 1, published), seen.subList(seen.size() - 2, seen.size()));
        assertEquals(seen.stream().sorted().distinct().toList(), seen, "in order, none twice");
        publish(1);
        assertEquals(published, slow.nextId());
    }

    @Test
    void whoTakesNothingLosesItsPlace() throws IOException {
        stream = new FrameStream(FIRST, Duration.ofMillis(200), _ -> () -> true);
        known(new StreamPeer(address(), 4096));
        Await.until(
                () -> {
                    publish(20);
                    return stream.clients() == 0;
                },
                "the client that reads nothing is given up");
    }

    @Test
    void theSixtyFifthIsRefusedUntilOneLeaves() throws IOException {
        for (int i = 0; i < FrameStream.MAX_CLIENTS; i++) {
            peer();
        }
        try (StreamPeer refused = new StreamPeer(address())) {
            List<String> head = refused.head();
            assertEquals("HTTP/1.1 503 Service Unavailable", head.getFirst());
            assertTrue(head.contains("Content-Type: application/problem+json"), head.toString());
        }
        peers.removeFirst().close();
        Await.until(
                () -> {
                    publish(1);
                    return stream.clients() == FrameStream.MAX_CLIENTS - 1;
                },
                "the one that left is noticed");
        assertEquals(published, peer().nextId());
    }

    // ---- other ends ----

    @Test
    void aSecondWithoutAFrameShowsThatUsherIsThere() throws IOException {
        StreamPeer peer = peer();
        stream.tick();
        assertEquals("", peer.await(":"));
    }

    @Test
    void theEndOfUsherEndsTheResponseWhole() throws IOException {
        StreamPeer peer = peer();
        publish(1);
        assertEquals(published, peer.nextId());
        stream.close();
        String line = peer.line();
        while (!line.equals("0")) { // a last chunk of no bytes
            line = peer.line();
        }
        assertEquals("", peer.line());
        assertEquals(0, stream.clients());
    }
}
