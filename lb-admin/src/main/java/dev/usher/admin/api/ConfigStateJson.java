package dev.usher.admin.api;

import dev.usher.admin.subject.ConfigSource;
import dev.usher.config.Spelling;
import dev.usher.reload.ReloadStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** State of the configuration in the API. */
record ConfigStateJson(
        @Nullable String file,
        int generation,
        Instant inForceSince,
        long appliedTotal,
        long unchangedTotal,
        long refusedTotal,
        String onDisk,
        List<String> restartNeeded,
        @Nullable ReloadJson lastReload) {
    static ConfigStateJson of(ConfigSource source) {
        return of(source, source.onDisk());
    }

    static ConfigStateJson of(ConfigSource source, ConfigSource.OnDisk onDisk) {
        ReloadStatus status = source.status();
        Path file = source.file();
        return new ConfigStateJson(
                file == null ? null : file.toString(),
                status.generation(),
                status.inForceSince(),
                status.applied(),
                status.unchanged(),
                status.refused(),
                Spelling.snake(onDisk),
                status.restartNeeded(),
                status.last() == null ? null : ReloadJson.of(status.last()));
    }
}
