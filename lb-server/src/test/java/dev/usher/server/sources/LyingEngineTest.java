package dev.usher.server.sources;

import static dev.usher.server.sources.EngineStandIn.container;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A container engine that lies: each lie ends in a reason, within a time and a size. */
@Timeout(30)
class LyingEngineTest {
    private static final String LATE = "no whole answer within 500 ms";
    private static final String TOO_LARGE = "the answer has more than 8388608 bytes";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Liar engine;

    @SuppressWarnings("NullAway.Init")
    private Feed feed;

    @BeforeEach
    void start() throws IOException {
        Path socket = directory.resolve("docker.sock");
        engine = Liar.unix(socket, Liar.says(""));
        feed = Feed.of(Given.source("type: docker, timeout: 500ms, max_names: 100, socket: " + socket));
    }

    @AfterEach
    void stop() throws Exception {
        feed.close();
        engine.close();
    }

    private String refusal(Liar.Answer list) {
        engine.answers((target, client) -> {
            if (target.startsWith("/events?")) {
                engine.silentAfter(Liar.head()).to(target, client);
            } else {
                list.to(target, client);
            }
        });
        return refusal();
    }

    private String refusal() {
        return String.valueOf(assertThrows(IOException.class, feed::ask).getMessage());
    }

    private String refusalOf(String list) {
        return refusal(Liar.says(Liar.head() + list));
    }

    private Offer offer(String list) throws Exception {
        engine.answers((target, client) -> {
            if (target.startsWith("/events?")) {
                engine.silentAfter(Liar.head()).to(target, client);
            } else {
                Liar.send(client, Liar.head() + list);
            }
        });
        return feed.ask();
    }

    @Test
    void refusesListOverTheLimit() {
        assertEquals(TOO_LARGE, refusalOf("[" + " ".repeat(8 << 20) + "]"));
        assertEquals(TOO_LARGE, refusal(Liar.endless(Liar.head(), " ".repeat(64 * 1024))));
    }

    @Test
    void refusesHeadWithoutEnd() {
        assertEquals(
                "the head of the answer has more than 16384 bytes",
                refusal(Liar.endless("HTTP/1.0 200 OK\r\n", "X-Lie: again\r\n")));
        assertEquals(LATE, refusal(engine.drops("HTTP/1.0 200 OK\r\nX: ")));
        assertEquals(LATE, refusal(engine.silentAfter("")));
        assertEquals("the connection ended before an answer", refusal(Liar.says("HTTP/1.0 200 OK\r\n")));
        assertEquals("the answer is not HTTP: SSH-2.0", refusal(Liar.says("SSH-2.0\r\n\r\n")));
    }

    @Test
    void refusesBodyInDrops() {
        assertEquals(LATE, refusal(engine.drops(Liar.head() + "[")));
        assertEquals(LATE, refusal(engine.silentAfter(Liar.head() + "[]")));
    }

    /** The question for events comes first, and has the same limits. */
    @Test
    void refusesEventsWithoutHead() {
        engine.answers(engine.silentAfter(""));
        assertEquals(LATE, refusal());
        engine.answers(engine.drops("HTTP/1.0 "));
        assertEquals(LATE, refusal());
        engine.answers(Liar.endless("", "X"));
        assertEquals("the head of the answer has more than 16384 bytes", refusal());
    }

    /** Nothing of them is kept. */
    @Test
    void readsEventsWithoutEnd() throws Exception {
        engine.answers((target, client) -> {
            if (target.startsWith("/events?")) {
                Liar.endless(Liar.head(), "x".repeat(64 * 1024)).to(target, client);
            } else {
                Liar.send(client, Liar.head() + "[]");
            }
        });
        feed.ask();
        long begun = System.nanoTime();
        feed.await(Duration.ofSeconds(20));
        assertTrue(System.nanoTime() - begun > Duration.ofMillis(400).toNanos(), "a question for each event");
        assertTrue(feed.ask().isEmpty());
    }

    /** Each hang-up costs a descriptor otherwise. */
    @Test
    void closesEndedEvents() throws Exception {
        engine.answers((target, client) -> {
            Liar.send(client, Liar.head() + "[]");
            client.shutdownOutput();
            if (target.startsWith("/events?")) {
                client.read(java.nio.ByteBuffer.allocate(1)); // until usher closes its end
                engine.asked().add("closed");
            }
        });
        feed.ask();
        assertThrows(IOException.class, () -> feed.await(Duration.ofSeconds(20)));
        Await.until(() -> engine.asked().contains("closed"), "usher has closed its end");
    }

    @Test
    void refusesGarbage() {
        assertTrue(refusalOf("\0\1\2").startsWith("the answer is not JSON: "), this::refusal);
        assertTrue(refusalOf("[{\"Labels\": {").startsWith("the answer is not JSON: "), this::refusal);
        assertEquals("the answer is not a list of containers", refusalOf(""));
        String limit = "the answer is over a limit for JSON: 1000000 values and brackets, 50 deep";
        assertEquals(limit, refusalOf("[".repeat(1 << 20)));
        assertEquals(limit, refusalOf("[" + "{},".repeat(2 << 20) + "{}]"));
        assertEquals(limit, refusalOf("[" + "9".repeat(5000) + "]"));
    }

    @Test
    void leavesOutWrongTypes() throws Exception {
        Offer offer = offer("""
                [7, null, "x", [], {}, {"Labels": []}, {"Labels": {"usher.name": []}},
                 {"Labels": {"usher.name": "a.example"}, "Ports": 7, "Names": {}, "NetworkSettings": []},
                 {"Labels": {"usher.name": "b.example"}, "Ports": [{"Type": 7, "PrivatePort": "x"}],
                  "NetworkSettings": {"Networks": {"n": {"IPAddress": 7}}}},
                 {"Labels": {"usher.name": "c.example"}, "Ports": [{"Type": "tcp", "PrivatePort": 99999999999}],
                  "NetworkSettings": {"Networks": {"n": {"IPAddress": "10.9.0.1"}}}, "Created": "yesterday"},
                 %s]
                """.formatted(container("good", 9, "10.9.0.2", "\"usher.name\": \"good.example\"")));
        assertEquals("[good.example]", offer.names().toString());
        assertEquals(5, offer.leftOut().size(), () -> offer.leftOut().toString());
    }

    @Test
    void refusesMoreNamesThanAllowed() {
        String names = IntStream.range(0, 10_000).mapToObj(i -> "n" + i).collect(Collectors.joining(","));
        String many = "[" + container("web", 1, "10.9.0.2", "\"usher.name\": \"" + names + "\"") + "]";
        assertEquals("the answer has more than 100 names: max_names allows more", refusalOf(many));
    }

    @Test
    void readsNamesToALimit() throws Exception {
        String labels = "\"usher.name\": \"" + "a.example ".repeat(10_000) + "\"";
        assertEquals(
                "[container web, label usher.name: has 100000 characters, at most 65536 are read]",
                offer("[" + container("web", 1, "10.9.0.2", labels) + "]")
                        .leftOut()
                        .toString());
    }

    /** Ten thousand labels, each with two names that are none. */
    @Test
    void keepsReasonsToALimit() throws Exception {
        String list = IntStream.range(0, 10_000)
                .mapToObj(i -> "{\"Id\": \"" + i + "\", \"Labels\": {\"usher.name\": \"-,-\"}, \"Ports\":"
                        + " [{\"Type\": \"tcp\", \"PrivatePort\": 1}], \"NetworkSettings\": {\"Networks\": {\"n\":"
                        + " {\"IPAddress\": \"10.9.0.1\"}}}}")
                .collect(Collectors.joining(",", "[", "]"));
        Offer offer = offer(list);
        assertEquals(OfferBuilder.MAX_LEFT_OUT + 1, offer.leftOut().size());
        assertEquals(
                "the rest: 19000 more parts are left out",
                offer.leftOut().getLast().toString());
    }
}
