package dev.usher.server.sources;

import static dev.usher.server.sources.EngineStandIn.container;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Labels of containers, with a stand-in for the engine. */
class DockerFeedTest {
    private static final String WWW = "\"usher.name\": \"www.example\"";
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private EngineStandIn engine;

    @SuppressWarnings("NullAway.Init")
    private Feed feed;

    @BeforeEach
    void start() throws IOException {
        Path socket = directory.resolve("docker.sock");
        engine = new EngineStandIn(socket);
        feed = Feed.of(Given.source("type: docker, timeout: 1s, socket: " + socket));
    }

    @AfterEach
    void stop() throws Exception {
        feed.close();
        engine.close();
    }

    private List<String> backends(Offer offer, String pool) {
        return offer.pools().getOrDefault(pool, List.of()).stream()
                .map(backend -> backend.address() + " " + backend.weight())
                .toList();
    }

    private String refusal() {
        return String.valueOf(assertThrows(IOException.class, feed::ask).getMessage());
    }

    @Test
    void asksForEventsBeforeTheList() throws Exception {
        engine.has(container("web", 1, "10.9.0.2", WWW));
        assertEquals(Set.of("www.example"), feed.ask().names());
        assertEquals(
                List.of(
                        "/events?filters={\"type\":[\"container\"]}",
                        "/containers/json?filters={\"label\":[\"usher.name\"]}"),
                engine.asked());
    }

    @Test
    void readsLabels() throws Exception {
        engine.has(container(
                "Web.1",
                1,
                "10.9.0.2",
                WWW.replace("www.example", "www.example, *.x.example")
                        + ", \"usher.port\": \"9443\", \"usher.weight\": \"7\""));
        Offer offer = feed.ask();
        assertEquals(Set.of("www.example", "*.x.example"), offer.names());
        assertEquals(List.of("10.9.0.2:9443 7"), backends(offer, "web-1"));
    }

    @Test
    void takesTheOnlyPortThatIsExposed() throws Exception {
        engine.has(container("web", 1, "10.9.0.2", WWW));
        assertEquals(List.of("10.9.0.2:8443 1"), backends(feed.ask(), "web"));
    }

    /** Two of one service are replicas; a stranger with the same name is not, and comes later. */
    @Test
    void joinsContainersOfOneServiceAlone() throws Exception {
        String compose = ", \"com.docker.compose.project\": \"shop\", \"com.docker.compose.service\": \"web\"";
        engine.has(
                container("stranger", 9, "10.9.0.9", WWW),
                container("shop-web-2", 3, "10.9.0.3", WWW + compose),
                container("shop-web-1", 2, "10.9.0.2", WWW + compose));
        Offer offer = feed.ask();
        assertEquals(List.of("10.9.0.2:8443 1", "10.9.0.3:8443 1"), backends(offer, "shop-web"));
        assertEquals("shop-web", offer.claims().getFirst().pool());
        assertEquals(
                "[container stranger: www.example is claimed by container shop-web-1 already]",
                offer.leftOut().toString());
    }

    /** A label that is nonsense leaves out its own container. */
    @Test
    void leavesOutFaultyContainersAlone() throws Exception {
        engine.has(
                container("good", 1, "10.9.0.1", WWW),
                container("a", 2, "10.9.0.2", "\"usher.name\": \"a.example\", \"usher.port\": \"x\""),
                container("b", 3, "", "\"usher.name\": \"b.example\""),
                container("c", 4, "10.9.0.4", "\"usher.name\": \"${HOME}\""),
                container("d", 5, "10.9.0.5", "\"usher.name\": \"d.example\", \"usher.weight\": \"many\""),
                container("e", 6, "10.9.0.6", "\"usher.name\": \"e.example\"", "Up 1 minute (unhealthy)"),
                container("f", 7, "10.9.0.7", "\"usher.name\": 7"));
        Offer offer = feed.ask();
        assertEquals(Set.of("www.example"), offer.names());
        assertEquals(4, offer.leftOut().size(), () -> offer.leftOut().toString());
    }

    @Test
    void noticesEventsAtOnce() throws Exception {
        feed.ask();
        Await.until(() -> engine.listeners() == 1, "usher listens to events");
        long begun = System.nanoTime();
        engine.event();
        feed.await(LONG);
        assertTrue(System.nanoTime() - begun < LONG.toNanos() / 2, "it waited for the interval");
    }

    @Test
    void listensAnewAfterEndOfEvents() throws Exception {
        feed.ask();
        Await.until(() -> engine.listeners() == 1, "usher listens to events");
        engine.hangUp();
        assertThrows(IOException.class, () -> feed.await(LONG));
        feed.ask();
        Await.until(() -> engine.listeners() == 1, "usher listens again");
    }

    @Test
    void refusesAnswersThatAreNoList() throws Exception {
        engine.says("{\"message\": \"permission denied\"}");
        assertEquals("the answer is not a list of containers", refusal());
        engine.says("[");
        assertTrue(refusal().startsWith("the answer is not JSON"), this::refusal);
    }

    @Test
    void saysThatNobodyAnswersAtTheSocket() throws Exception {
        engine.close();
        assertTrue(refusal().startsWith("no connection to " + directory.resolve("docker.sock")), this::refusal);
    }
}
