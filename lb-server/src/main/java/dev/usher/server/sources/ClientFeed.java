package dev.usher.server.sources;

import dev.usher.config.KubernetesSource;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** The way to a source that needs a client of its own, which comes as a package beside usher's. Called by a single thread. */
public interface ClientFeed extends AutoCloseable {
    /** Makes the way; the package names its class for {@link java.util.ServiceLoader}. */
    @FunctionalInterface
    interface Provider {
        ClientFeed open(KubernetesSource source) throws IOException;
    }

    /**
     * A backend.
     *
     * @param host address or name
     * @param weight 1..256
     */
    record Pod(String host, int port, int weight) {}

    /**
     * A pool with the names that lead there.
     *
     * @param place for people, such as {@code TLSRoute shop/web}
     * @param pool the foreign name of the pool; the same for the same pods
     * @param refusedPercent share of new sessions that leads nowhere, 0..100
     */
    record Found(String place, String pool, List<String> names, List<Pod> pods, int refusedPercent) {
        public Found {
            names = List.copyOf(names);
            pods = List.copyOf(pods);
        }
    }

    /** An unused part, and the reason. */
    record LeftOut(String place, String why) {}

    /**
     * A whole answer.
     *
     * @param found the older first
     */
    record Answer(List<Found> found, List<LeftOut> leftOut) {
        public Answer {
            found = List.copyOf(found);
            leftOut = List.copyOf(leftOut);
        }
    }

    /**
     * Everything of now.
     *
     * @throws IOException with the reason, in words
     */
    Answer ask(Duration timeout) throws IOException, InterruptedException;

    /** Returns when another answer is likely, at the latest after the interval. */
    void await(Duration interval) throws InterruptedException;

    @Override
    void close();
}
