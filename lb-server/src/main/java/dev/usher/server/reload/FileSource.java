package dev.usher.server.reload;

import dev.usher.ConfigDiff;
import dev.usher.LoadBalancer;
import dev.usher.Reload;
import dev.usher.ReloadStatus;
import dev.usher.admin.ConfigSource;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.ConfigYaml;
import dev.usher.server.yaml.DiagnosticText;
import dev.usher.server.yaml.Fingerprint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The files behind a running configuration, for who looks at them from outside. Any thread. */
public final class FileSource implements ConfigSource {
    /** Somebody may ask each second; the files are read this often at the most. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(2);
    /** No text has a reason to hold 64 hexadecimal digits but the hash of a token. */
    private static final Pattern HASH = Pattern.compile("\\b[0-9a-fA-F]{64}\\b");

    private static final int MAX_SHOWN_BYTES = 1024 * 1024;

    private final Path file;
    private final LoadBalancer balancer;
    private final Reloader reloader;

    /** What the files were like when they were compared last, and what came of it. Guarded by this. */
    private @Nullable Looked looked;

    /** @param reloads attempted until then: each may have changed what is in force, or have found a fault */
    private record Looked(long nanos, Fingerprint files, long reloads, OnDisk onDisk) {}

    public FileSource(Path file, LoadBalancer balancer, Reloader reloader) {
        this.file = file.toAbsolutePath();
        this.balancer = balancer;
        this.reloader = reloader;
    }

    @Override
    public Path file() {
        return file;
    }

    @Override
    public ReloadStatus status() {
        return reloader.status();
    }

    @Override
    public Reload reload(String who) {
        return reloader.reload(who);
    }

    @Override
    public String effective() {
        return ConfigYaml.of(balancer.config());
    }

    // ---- how they compare ----

    /** Reads and compares whole configurations only after the files have changed. */
    @Override
    public synchronized OnDisk onDisk() {
        if (isOther()) {
            return OnDisk.NONE;
        }
        long now = System.nanoTime();
        ReloadStatus status = status();
        long reloads = status.applied() + status.unchanged() + status.refused();
        Looked last = looked;
        if (last != null && last.reloads() == reloads && now - last.nanos() < LOOK_EVERY.toNanos()) {
            return last.onDisk();
        }
        Looked next = last != null
                        && last.reloads() == reloads
                        && last.files().equals(last.files().now())
                ? new Looked(now, last.files(), reloads, last.onDisk())
                : look(now, reloads);
        looked = next;
        return next.onDisk();
    }

    /** A pipe gives its text once, and would make the one who asks again wait. */
    private boolean isOther() {
        return java.nio.file.Files.exists(file) && !java.nio.file.Files.isRegularFile(file);
    }

    private Looked look(long now, long reloads) {
        ConfigResult read = ConfigFile.read(file);
        return new Looked(now, read.fingerprint(), reloads, onDisk(read, changes(read)));
    }

    private static OnDisk onDisk(ConfigResult read, ConfigDiff changes) {
        return switch (read) {
            case ConfigResult.Invalid _ -> OnDisk.FAULTY;
            case ConfigResult.Valid _ -> changes.isEmpty() ? OnDisk.SAME : OnDisk.DIFFERENT;
        };
    }

    private ConfigDiff changes(ConfigResult read) {
        return switch (read) {
            case ConfigResult.Invalid _ -> ConfigDiff.NONE;
            case ConfigResult.Valid valid -> ConfigDiff.between(balancer.config(), valid.config());
        };
    }

    // ---- what they say ----

    @Override
    public Files files() {
        if (isOther()) {
            return new Files(OnDisk.NONE, List.of(), ConfigDiff.NONE, List.of());
        }
        ConfigResult read = ConfigFile.read(file);
        ConfigDiff changes = changes(read);
        return new Files(
                onDisk(read, changes),
                texts(read.files()),
                changes,
                read.diagnostics().stream().map(DiagnosticText::line).toList());
    }

    private static List<FileText> texts(List<Path> files) {
        List<FileText> texts = new ArrayList<>();
        for (Path each : files) {
            texts.add(new FileText(each, text(each)));
        }
        return texts;
    }

    private static String text(Path file) {
        try (var in = java.nio.file.Files.newInputStream(file)) {
            String text = new String(in.readNBytes(MAX_SHOWN_BYTES), StandardCharsets.UTF_8);
            return HASH.matcher(text).replaceAll("***");
        } catch (IOException e) {
            return "cannot be read: " + e.getMessage();
        }
    }
}
