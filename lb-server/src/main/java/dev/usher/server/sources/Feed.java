package dev.usher.server.sources;

import dev.usher.config.ConsulSource;
import dev.usher.config.DockerSource;
import dev.usher.config.ExecSource;
import dev.usher.config.HttpSource;
import dev.usher.config.KubernetesSource;
import dev.usher.config.SourceConfig;
import java.io.IOException;
import java.time.Duration;

/** The way to a source. Used by a single thread, which may be interrupted. */
interface Feed extends AutoCloseable {
    /**
     * The present answer, within the source's time-out.
     *
     * @throws IOException with the reason, in words
     */
    Offer ask() throws IOException, InterruptedException;

    /**
     * Returns when another answer is likely, at the latest after the interval.
     *
     * @throws IOException if changes can no longer be noticed
     */
    default void await(Duration interval) throws IOException, InterruptedException {
        Thread.sleep(interval);
    }

    @Override
    void close();

    /** The feed of a source. Loads no class of other types of sources. */
    static Feed of(SourceConfig source) throws IOException {
        return switch (source.kind()) {
            case HttpSource http -> new HttpFeed(source, http);
            case ExecSource exec -> new ExecFeed(source, exec);
            case DockerSource docker -> new DockerFeed(source, docker);
            case ConsulSource consul -> new ConsulFeed(source, consul);
            case KubernetesSource kubernetes -> new KubernetesFeed(source, kubernetes);
        };
    }
}
