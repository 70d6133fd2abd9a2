package dev.usher.server.sources;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A URL that is asked, with a real HTTP server that tells the truth or lies. */
class HttpFeedTest {
    private static final byte[] ONE_NAME =
            "{\"routes\": {\"a.example\": \"10.0.0.1:443\"}}".getBytes(StandardCharsets.UTF_8);

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    /** Lets answers that never end go. */
    private final CountDownLatch over = new CountDownLatch(1);

    HttpFeedTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.start();
    }

    @AfterEach
    void stop() {
        over.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private interface Answering {
        void answer(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private Feed feed(Answering answering) throws IOException {
        server.createContext("/", exchange -> {
            try (exchange) {
                answering.answer(exchange);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
        });
        SourceConfig source = Given.source("type: http, timeout: 1s, url: \"http://127.0.0.1:"
                + server.getAddress().getPort() + "/usher.json\"");
        return Feed.of(source);
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private static String refusal(Feed feed) {
        return String.valueOf(assertThrows(IOException.class, feed::ask).getMessage());
    }

    @Test
    void asksForNothingIfNothingHasChanged() throws Exception {
        List<String> conditions = new ArrayList<>();
        try (Feed feed = feed(exchange -> {
            String condition = exchange.getRequestHeaders().getFirst("If-None-Match");
            conditions.add(String.valueOf(condition));
            exchange.getResponseHeaders().set("ETag", "\"7\"");
            send(exchange, condition == null ? 200 : 304, condition == null ? ONE_NAME : new byte[0]);
        })) {
            Offer first = feed.ask();
            assertEquals(Set.of("a.example"), first.names());
            assertEquals(first, feed.ask());
            assertEquals(List.of("null", "\"7\""), conditions);
        }
    }

    @Test
    void doesNotFollowRedirects() throws Exception {
        try (Feed feed = feed(exchange -> {
            exchange.getResponseHeaders().set("Location", "file:///etc/passwd");
            send(exchange, 302, new byte[0]);
        })) {
            assertEquals("the status is 302 to file:///etc/passwd: redirects are not followed", refusal(feed));
        }
    }

    @Test
    void refusesAnswerOverTheLimit() throws Exception {
        try (Feed feed = feed(exchange -> send(exchange, 200, new byte[OfferReader.MAX_BYTES + 1]))) {
            assertEquals("the answer is too large", refusal(feed));
        }
    }

    @Test
    void refusesAnswerWithoutEnd() throws Exception {
        try (Feed feed = feed(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            OutputStream body = exchange.getResponseBody();
            while (over.getCount() > 0) {
                body.write(new byte[64 * 1024]);
            }
        })) {
            assertEquals("the answer is too large", refusal(feed));
        }
    }

    /** Each byte comes in time, the whole does not. */
    @Test
    void refusesAnswerInDrops() throws Exception {
        try (Feed feed = feed(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            while (!over.await(50, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
            }
        })) {
            assertEquals("no whole answer within 1000 ms", refusal(feed));
        }
    }

    @Test
    void refusesEveryOtherStatus() throws Exception {
        try (Feed feed = feed(exchange -> send(exchange, 503, ONE_NAME))) {
            assertEquals("the status is 503", refusal(feed));
        }
    }

    @Test
    void saysWhereNobodyListens() throws Exception {
        try (Feed feed = feed(exchange -> send(exchange, 200, ONE_NAME))) {
            server.stop(0);
            assertTrue(refusal(feed).contains("127.0.0.1:"), () -> refusal(feed));
        }
    }
}
