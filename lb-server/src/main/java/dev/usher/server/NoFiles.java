package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.diff.ConfigDiff;
import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import dev.usher.server.yaml.ConfigYaml;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A configuration without a file, as for a demo; never changes. */
final class NoFiles implements ConfigSource {
    private final LoadBalancer balancer;
    private final ReloadStatus status = new ReloadStatus(1, Instant.now(), 0, 0, 0, List.of(), List.of());

    NoFiles(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    @Override
    public @Nullable Path file() {
        return null;
    }

    @Override
    public ReloadStatus status() {
        return status;
    }

    @Override
    public Reload reload(String who) {
        throw new UnsupportedOperationException("there is no file to read again");
    }

    @Override
    public OnDisk onDisk() {
        return OnDisk.NONE;
    }

    @Override
    public Files files() {
        return new Files(OnDisk.NONE, List.of(), ConfigDiff.NONE, List.of(), List.of());
    }

    @Override
    public Files read() {
        return files();
    }

    @Override
    public String effective() {
        return ConfigYaml.of(balancer.looks().config());
    }
}
