package dev.usher.server.sources;

import dev.usher.config.DockerSource;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Asks the Engine API of Docker or Podman for its containers: first for events, then for the list, so that no change goes
 * unnoticed meanwhile. An event says only: the list is worth a question.
 */
final class DockerFeed implements Feed {
    /** A container's entry has some KiB; only those with a label come. */
    private static final int MAX_BYTES = 8 * OfferReader.MAX_BYTES;
    /** Events come in rows: a start of a container alone makes four. */
    private static final Duration ROW = Duration.ofMillis(500);

    private static final String LIST =
            "/containers/json?filters=" + encoded("{\"label\":[\"" + Containers.NAME + "\"]}");
    private static final String EVENTS = "/events?filters=" + encoded("{\"type\":[\"container\"]}");

    private final SourceConfig source;
    private final DockerSource docker;
    private final UnixHttp engine;
    private @Nullable Watching watching;

    DockerFeed(SourceConfig source, DockerSource docker) {
        this.source = source;
        this.docker = docker;
        this.engine = new UnixHttp(docker.socket().path());
    }

    private static String encoded(String json) {
        return URLEncoder.encode(json, StandardCharsets.UTF_8);
    }

    /** Events until the connection ends. Their text is read and dropped. */
    private static final class Watching {
        private final SocketChannel events;
        private volatile CountDownLatch next = new CountDownLatch(1);
        private volatile @Nullable String ended;

        Watching(SocketChannel events) {
            this.events = events;
            Thread.ofVirtual().name("container events").start(this::read);
        }

        private void read() {
            ByteBuffer buffer = ByteBuffer.allocate(8 * 1024);
            try (events) {
                while (events.read(buffer.clear()) >= 0) {
                    next.countDown();
                }
                ended = "the connection for events has ended";
            } catch (IOException e) {
                ended = "the connection for events has ended: " + e.getMessage();
            }
            next.countDown();
        }

        /** Forgets events so far. */
        void again() {
            next = new CountDownLatch(1);
        }

        void await(Duration most) throws IOException, InterruptedException {
            if (next.await(most.toMillis(), TimeUnit.MILLISECONDS) && ended == null) {
                Thread.sleep(ROW);
            }
            if (ended != null) {
                throw new IOException(ended);
            }
        }
    }

    @Override
    public Offer ask() throws IOException {
        Watching now = watching;
        if (now == null || now.ended != null) {
            now = new Watching(engine.open(EVENTS, source.timeout()));
            watching = now;
        }
        now.again();
        JsonNode root = SourceJson.read(engine.get(LIST, source.timeout(), MAX_BYTES));
        if (!root.isArray()) {
            throw new IOException("the answer is not a list of containers");
        }
        return new Containers(docker, source.maxNames()).offer(root);
    }

    @Override
    public void await(Duration interval) throws IOException, InterruptedException {
        Watching now = watching;
        if (now == null) {
            Thread.sleep(interval);
        } else {
            now.await(interval);
        }
    }

    @Override
    public void close() {
        Watching last = watching;
        if (last != null) {
            try {
                last.events.close();
            } catch (IOException e) {
                // It is of no further use.
            }
        }
    }
}
