package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The catalogue of Consul, with a stand-in that has its paths, its index and its blocking queries. */
class ConsulFeedTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final ConcurrentHashMap<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Feed feed;
    private int index = 7;
    private boolean indexed = true;

    ConsulFeedTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        feed = Feed.of(Given.source("type: consul, timeout: 2s, token: sesame, url: \"http://127.0.0.1:"
                + server.getAddress().getPort() + "\""));
    }

    @AfterEach
    void stop() {
        feed.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        asked.add(exchange.getRequestURI().getPath() + "?" + query + " "
                + exchange.getRequestHeaders().getFirst("X-Consul-Token"));
        try (exchange) {
            blockWhileCurrent(query);
            byte[] body = answers.getOrDefault(exchange.getRequestURI().getPath(), "[]")
                    .getBytes(StandardCharsets.UTF_8);
            if (indexed) {
                exchange.getResponseHeaders().set("X-Consul-Index", Integer.toString(index));
            }
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void blockWhileCurrent(String query) throws InterruptedException {
        while (query.contains("index=" + index + "&")) {
            wait();
        }
    }

    private synchronized void changes() {
        index++;
        notifyAll();
    }

    private static String instance(String node, String address, int port, int created, String tag) {
        return """
                {"Node": {"Node": "%s", "Address": "10.8.0.1"}, "Service": {"Service": "web", "Address": "%s", "Port": %d,
                 "Tags": ["%s"], "Weights": {"Passing": 5}, "CreateIndex": %d}}
                """.formatted(node, address, port, tag, created);
    }

    private void hasWeb(String... instances) {
        answers.put(
                "/v1/catalog/services",
                "{\"consul\": [], \"web\": [\"usher.name=www.example\"], \"db\": [\"primary\"]}");
        answers.put("/v1/health/service/web", "[" + String.join(",", instances) + "]");
    }

    @Test
    void bringsPassingInstancesOfTaggedServices() throws Exception {
        hasWeb(
                instance("n2", "10.9.0.2", 8443, 20, "usher.name=www.example,api.example"),
                instance("n1", "", 8443, 10, "usher.name=www.example"));
        Offer offer = feed.ask();
        assertEquals(Set.of("www.example", "api.example"), offer.names());
        assertEquals(
                "[10.8.0.1:8443, 10.9.0.2:8443]",
                Objects.requireNonNull(offer.pools().get("web")).stream()
                        .map(each -> each.address().toString())
                        .toList()
                        .toString());
        assertEquals(5, offer.pools().get("web").getFirst().weight());
        assertEquals(
                List.of("/v1/catalog/services?stale sesame", "/v1/health/service/web?passing=1&stale sesame"), asked);
    }

    @Test
    void waitsInBlockingQueries() throws Exception {
        hasWeb(instance("n1", "10.9.0.2", 8443, 20, "usher.name=www.example"));
        feed.ask();
        Thread change = Thread.ofVirtual().start(() -> {
            dev.usher.testing.Await.until(() -> asked.size() == 4, "both questions wait");
            changes();
        });
        long begun = System.nanoTime();
        feed.await(LONG);
        change.join();
        assertTrue(System.nanoTime() - begun < LONG.toNanos() / 2, "it waited for the interval");
        assertTrue(asked.contains("/v1/health/service/web?passing=1&stale&index=7&wait=30s sesame"), asked::toString);
    }

    @Test
    void leavesOutInstanceWithoutUsableAddress() throws Exception {
        hasWeb(
                instance("n1", "unix:/run/x.sock", 8443, 20, "usher.name=www.example"),
                instance("n2", "10.9.0.2", 0, 21, "usher.name=www.example"),
                instance("n3", "10.9.0.3", 8443, 22, "usher.name=www.example"));
        Offer offer = feed.ask();
        assertEquals(1, offer.backends());
        assertEquals(2, offer.leftOut().size());
    }

    @Test
    void refusesWhatIsNotConsul() {
        indexed = false;
        assertEquals(
                "the answer has no X-Consul-Index: is this Consul?",
                assertThrows(IOException.class, feed::ask).getMessage());
        indexed = true;
        assertEquals(
                "the answer is not a catalogue of services",
                assertThrows(IOException.class, feed::ask).getMessage());
    }
}
