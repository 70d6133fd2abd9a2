package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.admin.subject.SourceView;
import dev.usher.config.UsherConfig;
import dev.usher.server.reload.Brought;
import dev.usher.server.reload.Reloader;
import dev.usher.server.sources.Sources;
import dev.usher.server.yaml.ConfigResult;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sources of a running usher, made for the first configuration with sources: until then no class of the package is loaded. */
final class Discovery implements Brought, AutoCloseable {
    private final Path file;
    /** Null before the first configuration with sources. */
    private volatile @Nullable Sources sources;

    private @Nullable LoadBalancer balancer;
    private @Nullable Reloader reloader;

    Discovery(Path file) {
        this.file = file;
    }

    /** The configuration to start with: waits a while for sources of which nothing is known. */
    UsherConfig start(ConfigResult.Valid ofFile) throws InterruptedException {
        follow(ofFile.config());
        Sources begun = sources;
        if (begun != null) {
            begun.awaitFirst();
        }
        return merge(ofFile);
    }

    /** Has changes of sources applied from now on. */
    void begin(LoadBalancer running, Reloader reloads) {
        balancer = running;
        reloader = reloads;
        Sources begun = sources;
        if (begun != null) {
            begun.begin(running.background(), reloads::merge);
        }
    }

    /** Asks exactly the sources of a configuration. */
    void follow(UsherConfig config) {
        Sources begun = sources;
        if (begun == null && !config.sources().isEmpty()) {
            begun = new Sources(file, System::getenv);
            if (balancer != null && reloader != null) {
                begun.begin(balancer.background(), reloader::merge);
            }
            sources = begun;
        }
        if (begun != null) {
            begun.follow(config.sources());
        }
    }

    @Override
    public long version() {
        Sources begun = sources;
        return begun == null ? 0 : begun.version();
    }

    @Override
    public UsherConfig merge(ConfigResult.Valid ofFile) {
        Sources begun = sources;
        return begun == null ? ofFile.config() : begun.merge(ofFile);
    }

    @Override
    public List<SourceView> views() {
        Sources begun = sources;
        return begun == null ? List.of() : begun.views();
    }

    @Override
    public boolean confirm(String source) {
        Sources begun = sources;
        return begun != null && begun.confirm(source);
    }

    @Override
    public void close() {
        Sources begun = sources;
        if (begun != null) {
            begun.close();
        }
    }
}
