package dev.usher.server.sources;

import dev.usher.testing.UnixServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A server of HTTP, on TCP or a unix socket, that answers each question with any bytes. */
final class Liar implements AutoCloseable {
    /** A way to answer; a return ends the connection. */
    @FunctionalInterface
    interface Answer {
        void to(String target, SocketChannel client) throws IOException, InterruptedException;
    }

    private static final int STEP_MILLIS = 20;

    private final ServerSocketChannel server;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile Answer answer;

    private Liar(ServerSocketChannel server, Answer answer) {
        this.server = server;
        this.answer = answer;
        Thread.ofVirtual().start(this::accept);
    }

    static Liar tcp(Answer answer) throws IOException {
        return new Liar(
                ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)), answer);
    }

    static Liar unix(Path socket, Answer answer) throws IOException {
        return new Liar(
                ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)
                        .bind(java.net.UnixDomainSocketAddress.of(socket)),
                answer);
    }

    void answers(Answer other) {
        answer = other;
    }

    int port() throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    /** The targets so far. */
    List<String> asked() {
        return asked;
    }

    // ---- answers ----

    static String head(String... headers) {
        return "HTTP/1.0 200 OK\r\n"
                + String.join(
                        "", List.of(headers).stream().map(each -> each + "\r\n").toList()) + "\r\n";
    }

    static Answer says(String text) {
        return (_, client) -> send(client, text);
    }

    static void send(SocketChannel client, String text) throws IOException {
        UnixServer.send(client, text.getBytes(StandardCharsets.UTF_8));
    }

    /** The text, and then a part again and again, until the client has gone. */
    static Answer endless(String text, String part) {
        return (_, client) -> {
            send(client, text);
            while (true) {
                send(client, part);
            }
        };
    }

    /** The text, and then a byte now and then: each in time, the whole never. */
    Answer drops(String text) {
        return (_, client) -> {
            send(client, text);
            while (!over.await(STEP_MILLIS, TimeUnit.MILLISECONDS)) {
                send(client, " ");
            }
        };
    }

    /** The text, and then nothing. */
    Answer silentAfter(String text) {
        return (_, client) -> {
            send(client, text);
            over.await();
        };
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            ByteBuffer request = ByteBuffer.allocate(8192);
            while (!text(request).contains("\r\n\r\n")) {
                if (client.read(request) < 0) {
                    return;
                }
            }
            String target = text(request).split(" ", 3)[1];
            asked.add(target);
            answer.to(target, client);
        } catch (IOException gone) {
            // The client has had enough.
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private static String text(ByteBuffer request) {
        return StandardCharsets.US_ASCII.decode(request.duplicate().flip()).toString();
    }

    @Override
    public void close() throws IOException {
        over.countDown();
        server.close();
    }
}
