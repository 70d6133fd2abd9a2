package dev.usher.admin.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.testing.Await;
import io.undertow.Undertow;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Few answers are under way at once, one is made at a time, and who does not read makes room for others. */
@Timeout(60)
class HeavyTest {
    private static final int TOO_MANY = 4;
    /** More than the system takes for a client that does not read. */
    private static final int LARGE = 16 << 20;

    private final AtomicInteger made = new AtomicInteger();
    private final CountDownLatch start = new CountDownLatch(1);

    private static Undertow serving(HttpHandler handler) {
        Undertow server = Undertow.builder()
                .addHttpListener(0, "127.0.0.1", new Heavy("test", handler))
                .build();
        server.start();
        return server;
    }

    private static InetSocketAddress address(Undertow server) {
        return (InetSocketAddress) server.getListenerInfo().getFirst().getAddress();
    }

    private static HttpRequest request(Undertow server) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + address(server).getPort() + "/"))
                .build();
    }

    @Test
    void refusesThoseAboveTheMostWhileAnswersAreMade() throws Exception {
        Undertow server = serving(exchange -> {
            start.await();
            exchange.getResponseSender().send(Thread.currentThread().getName());
        });
        try (HttpClient client = HttpClient.newHttpClient()) {
            List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
            for (int i = 0; i < Heavy.MOST + TOO_MANY; i++) {
                asked.add(client.sendAsync(request(server), BodyHandlers.ofString()));
            }
            Await.until(() -> asked.stream().filter(CompletableFuture::isDone).count() == TOO_MANY, "some are refused");
            start.countDown();
            int refused = 0;
            for (CompletableFuture<HttpResponse<String>> each : asked) {
                HttpResponse<String> answer = each.get(30, TimeUnit.SECONDS);
                if (answer.statusCode() == 503) {
                    refused++;
                    assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
                } else {
                    assertEquals("admin-test", answer.body(), "one thread makes all of them");
                }
            }
            assertEquals(TOO_MANY, refused);
        } finally {
            server.stop();
        }
    }

    @Test
    void givesThePlaceOfWhoDoesNotReadToTheNext() throws Exception {
        Undertow server = serving(exchange -> {
            made.incrementAndGet();
            exchange.getResponseSender().send(ByteBuffer.allocate(LARGE));
        });
        List<Socket> deaf = new ArrayList<>();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 1; i <= Heavy.MOST; i++) {
                deaf.add(deaf(server));
                int expected = i;
                Await.until(() -> made.get() == expected, "it is made");
            }
            Await.until(() -> status(client, server) == 200, "there is a place again");
            assertTrue(isCut(deaf.getFirst()), "who has not read for longest");
        } finally {
            for (Socket socket : deaf) {
                socket.close();
            }
            server.stop();
        }
    }

    private static Socket deaf(Undertow server) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(10_000);
        socket.connect(address(server));
        socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
        return socket;
    }

    private static int status(HttpClient client, Undertow server) {
        try {
            return client.send(request(server), BodyHandlers.discarding()).statusCode();
        } catch (IOException cut) {
            return 0;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** True if the connection ends before the answer does. */
    private static boolean isCut(Socket socket) {
        long read = 0;
        try {
            byte[] some = new byte[65_536];
            for (int got = socket.getInputStream().read(some); got >= 0 && read < LARGE; ) {
                read += got;
                got = socket.getInputStream().read(some);
            }
        } catch (IOException reset) {
            return read < LARGE;
        }
        return read < LARGE;
    }
}
