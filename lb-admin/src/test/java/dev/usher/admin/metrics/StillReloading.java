package dev.usher.admin.metrics;

import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import dev.usher.reload.Reloading;
import java.time.Instant;
import java.util.List;

/** A configuration that nobody has reloaded. */
final class StillReloading implements Reloading {
    @Override
    public ReloadStatus status() {
        return new ReloadStatus(1, Instant.ofEpochSecond(1_800_000_000), 0, 0, 0, List.of(), List.of());
    }

    @Override
    public Reload reload(String who) {
        throw new UnsupportedOperationException();
    }
}
