package dev.usher.admin;

import dev.usher.admin.subject.ConfigSource;
import dev.usher.diff.ConfigDiff;
import dev.usher.reload.Reload;
import dev.usher.reload.ReloadStatus;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Files that say what they are told to say. */
final class FixedSource implements ConfigSource {
    OnDisk onDisk = OnDisk.SAME;
    ReloadStatus status = new ReloadStatus(1, Instant.now(), 0, 0, 0, List.of(), List.of());

    static Reload reload(Reload.Result result, String who, List<String> diagnostics) {
        return new Reload(
                1,
                Instant.now(),
                Reload.Trigger.API,
                who,
                result,
                1,
                ConfigDiff.NONE,
                diagnostics.size(),
                diagnostics,
                List.of(),
                3);
    }

    @Override
    public Path file() {
        return Path.of("/etc/usher/usher.yaml");
    }

    @Override
    public ReloadStatus status() {
        return status;
    }

    @Override
    public Reload reload(String who) {
        Reload made = reload(Reload.Result.UNCHANGED, who, List.of());
        status = new ReloadStatus(1, Instant.now(), 0, 1, 0, List.of(), List.of(made));
        return made;
    }

    @Override
    public OnDisk onDisk() {
        return onDisk;
    }

    @Override
    public Files files() {
        return new Files(onDisk, List.of(new FileText(file(), "routes: {}\n")), ConfigDiff.NONE, List.of(), List.of());
    }

    @Override
    public Files read() {
        return files();
    }

    @Override
    public String effective() {
        return "version: 1\n";
    }
}
