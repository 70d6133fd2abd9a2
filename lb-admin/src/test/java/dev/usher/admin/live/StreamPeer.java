package dev.usher.admin.live;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One that looks at the stream over a socket of its own, as a browser would. */
final class StreamPeer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final BufferedReader in;

    StreamPeer(InetSocketAddress server, String... headers) throws IOException {
        this(server, 64 * 1024, headers);
    }

    /** @param receiveBufferBytes how much the system takes while nobody reads */
    StreamPeer(InetSocketAddress server, int receiveBufferBytes, String... headers) throws IOException {
        socket.setReceiveBufferSize(receiveBufferBytes);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(server);
        String request = "GET /stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
                + String.join(
                        "", List.of(headers).stream().map(line -> line + "\r\n").toList()) + "\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    /** The next line, of the head, of an event or of a chunk; null at the end. */
    String line() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw new IOException("the response has ended");
        }
        return line;
    }

    /** Status line and headers. */
    List<String> head() throws IOException {
        List<String> head = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            head.add(line);
        }
        return head;
    }

    /** Skips lines up to one that begins so, and gives the rest of it. */
    String await(String prefix) throws IOException {
        String line = line();
        while (!line.startsWith(prefix)) {
            line = line();
        }
        return line.substring(prefix.length());
    }

    /** The id of the next frame. */
    long nextId() throws IOException {
        return Long.parseLong(await("id: "));
    }

    /** Skips what is under way, up to the chunk of no bytes that ends the response. */
    void awaitEnd() throws IOException {
        String line = line();
        while (!line.equals("0")) {
            line = line();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
