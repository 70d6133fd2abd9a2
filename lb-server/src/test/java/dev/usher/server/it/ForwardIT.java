package dev.usher.server.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.usher.server.Program;
import dev.usher.testing.Await;
import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.websockets.core.AbstractReceiveListener;
import io.undertow.websockets.core.BufferedTextMessage;
import io.undertow.websockets.core.WebSocketChannel;
import io.undertow.websockets.core.WebSockets;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The JDK's clients through {@code requests: forward} to nginx: files, uploads, and a WebSocket that nginx passes on. */
class ForwardIT {
    private static final int BODY_BYTES = 3_000_000;

    private final Parts parts = new Parts();
    private final HttpClient http = parts.add(HttpClient.newHttpClient());
    private final Path prefix = Program.directory("nginx-plain");
    private final int port = Ports.free();

    ForwardIT() throws Exception {}

    /** A WebSocket server that says everything again. */
    private static Undertow echo(int port) {
        return Undertow.builder()
                .addHttpListener(port, "127.0.0.1")
                .setHandler(Handlers.websocket((_, channel) -> {
                    channel.getReceiveSetter().set(new AbstractReceiveListener() {
                        @Override
                        protected void onFullTextMessage(WebSocketChannel from, BufferedTextMessage message) {
                            WebSockets.sendText(message.getData(), from, null);
                        }
                    });
                    channel.resumeReceives();
                }))
                .build();
    }

    @BeforeEach
    void start() throws Exception {
        int echoPort = Ports.free();
        Undertow echo = echo(echoPort);
        echo.start();
        parts.add(echo::stop);
        Files.createDirectories(prefix.resolve("files"));
        Nginx.configure(prefix, """
                access_log off;
                client_max_body_size 0;
                server {
                    listen 127.0.0.1:%2$d;
                    server_name localhost;
                    location /files/ { root %1$s; dav_methods PUT; create_full_put_path on; }
                    location /echo {
                        proxy_pass http://127.0.0.1:%3$d;
                        proxy_http_version 1.1;
                        proxy_set_header Upgrade $http_upgrade;
                        proxy_set_header Connection $http_connection;
                    }
                }
                """.formatted(prefix, port, echoPort));
        parts.add(Nginx.start("nginx-plain", prefix, port));
    }

    @AfterEach
    void stop() throws Exception {
        parts.closeAll();
    }

    private Usher usher(boolean websocket) throws Exception {
        return parts.add(Usher.withPort80(
                "requests: { action: forward, pool: \"127.0.0.1:%d\", websocket: %b }".formatted(port, websocket),
                "routes: { localhost: \"127.0.0.1:1\" }\n"));
    }

    /** What comes of a WebSocket: the text so far, and the end. */
    private static final class Heard implements WebSocket.Listener {
        final Queue<String> texts = new ConcurrentLinkedQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();

        String text() {
            return String.join("", texts);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
            texts.add(part.toString());
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            closed.complete(status);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    private CompletableFuture<WebSocket> connect(Usher usher, Heard heard) throws Exception {
        return http.newWebSocketBuilder().buildAsync(URI.create("ws://localhost:" + usher.httpPort() + "/echo"), heard);
    }

    @Test
    void aWebSocketTalksBothWaysAndCloses() throws Exception {
        Usher usher = usher(true);
        Heard heard = new Heard();
        WebSocket socket = connect(usher, heard).join();
        String large = "long ".repeat(20_000);
        socket.sendText("short ", true).join();
        socket.sendText(large, true).join();
        Await.until(() -> heard.text().length() == "short ".length() + large.length(), "both are said again");
        assertEquals("short " + large, heard.text());
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        assertEquals(WebSocket.NORMAL_CLOSURE, heard.closed.get(30, TimeUnit.SECONDS));
        usher.log().first("of it", line -> line.text("listener").equals("web")).ends("completed --");
    }

    @Test
    void withoutTheOptionNoRequestBecomesAWebSocket() throws Exception {
        Usher usher = usher(false);
        CompletionException refused = assertThrows(CompletionException.class, connect(usher, new Heard())::join);
        assertInstanceOf(WebSocketHandshakeException.class, refused.getCause());
    }

    @Test
    void filesComeAndGo() throws Exception {
        Usher usher = usher(false);
        byte[] body = Bodies.random(BODY_BYTES, 7);
        URI file = URI.create("http://localhost:" + usher.httpPort() + "/files/large");
        HttpRequest put = HttpRequest.newBuilder(file)
                .PUT(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        assertEquals(201, http.send(put, HttpResponse.BodyHandlers.discarding()).statusCode());
        HttpResponse<byte[]> got =
                http.send(HttpRequest.newBuilder(file).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertArrayEquals(body, got.body());
        assertEquals(
                404,
                http.send(HttpRequest.newBuilder(file.resolve("none")).build(), HttpResponse.BodyHandlers.discarding())
                        .statusCode());
    }
}
