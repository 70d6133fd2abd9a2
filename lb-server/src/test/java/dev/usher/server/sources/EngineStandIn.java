package dev.usher.server.sources;

import dev.usher.testing.UnixServer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Plays the Engine API of Docker: a list of containers, and events. Podman is tried by PodmanIT, where the machine lets it. */
final class EngineStandIn implements AutoCloseable {
    private static final String OK = "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n";

    private final UnixServer server;
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> listeners = new CopyOnWriteArrayList<>();
    private volatile String list = "[]";

    EngineStandIn(Path socket) {
        server = new UnixServer(socket);
        Thread.ofVirtual().start(this::accept);
    }

    /** A container as the API lists it. */
    static String container(String name, long created, String address, String labels) {
        return container(name, created, address, labels, "Up 3 minutes");
    }

    static String container(String name, long created, String address, String labels, String status) {
        return """
                {"Id": "%1$s-id", "Names": ["/%1$s"], "Created": %2$d, "State": "running", "Status": "%5$s",
                 "Labels": {%4$s}, "Ports": [{"PrivatePort": 8443, "Type": "tcp"}, {"PrivatePort": 53, "Type": "udp"}],
                 "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "%3$s", "GlobalIPv6Address": ""}}}}
                """.formatted(name, created, address, labels, status);
    }

    /** Replaces the containers, without an event. */
    void has(String... containers) {
        list = "[" + String.join(",", containers) + "]";
    }

    /** Replaces the whole answer. */
    void says(String answer) {
        list = answer;
    }

    /** Tells the listeners of an event. */
    void event() throws IOException {
        for (SocketChannel each : listeners) {
            UnixServer.send(each, "{\"Type\":\"container\",\"Action\":\"start\"}\n".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The questions so far, by path. */
    List<String> asked() {
        return asked;
    }

    int listeners() {
        return listeners.size();
    }

    /** Ends the connections for events. */
    void hangUp() throws IOException {
        for (SocketChannel each : listeners) {
            each.close();
        }
        listeners.clear();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                Thread.ofVirtual().start(() -> answer(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void answer(SocketChannel client) {
        try {
            ByteBuffer request = ByteBuffer.allocate(8192);
            while (!text(request).contains("\r\n\r\n")) {
                if (client.read(request) < 0) {
                    return;
                }
            }
            String target = text(request).split(" ", 3)[1];
            asked.add(URLDecoder.decode(target, StandardCharsets.UTF_8));
            if (target.startsWith("/events?")) {
                UnixServer.send(client, OK.getBytes(StandardCharsets.US_ASCII));
                listeners.add(client);
            } else {
                UnixServer.send(client, (OK + list).getBytes(StandardCharsets.UTF_8));
                client.close();
            }
        } catch (IOException gone) {
            // The client has what it wanted.
        }
    }

    private static String text(ByteBuffer request) {
        return StandardCharsets.US_ASCII.decode(request.duplicate().flip()).toString();
    }

    @Override
    public void close() throws IOException {
        hangUp();
        server.close();
    }
}
