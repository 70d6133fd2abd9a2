package dev.usher.server.yaml;

import dev.usher.config.LimitsConfig;
import dev.usher.config.LimitsConfig.PerClientIp;
import dev.usher.config.LoggingConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig.AccessFormat;
import dev.usher.config.LoggingConfig.AccessLogConfig.ClientIp;
import dev.usher.config.LoggingConfig.AccessLogConfig.Output;
import dev.usher.config.ReloadConfig;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.UsherConfig;
import java.nio.file.Path;
import java.util.List;

/** Reads the sections about the program: limits, shutdown, reload, logging. */
final class ProgramReader {
    private final Fields root;
    private final Problems problems;

    ProgramReader(Fields root, Problems problems) {
        this.root = root;
        this.problems = problems;
    }

    void checkVersion() {
        Item.Scalar version = root.scalar("version");
        if (version != null && !version.text().equals(Integer.toString(UsherConfig.VERSION))) {
            problems.error(
                    version.place(),
                    "version " + version.text() + " is not known: this program reads version " + UsherConfig.VERSION);
        }
    }

    int workers() {
        Item.Scalar scalar = root.scalar("workers");
        if (scalar == null || scalar.text().equals("auto")) {
            return UsherConfig.ONE_WORKER_PER_CORE;
        }
        if (scalar.text().equals("0")) {
            problems.error(scalar.place(), "workers: write auto for one per core");
            return UsherConfig.ONE_WORKER_PER_CORE;
        }
        return root.integer("workers", UsherConfig.WORKERS, UsherConfig.ONE_WORKER_PER_CORE);
    }

    LimitsConfig limits() {
        LimitsConfig base = LimitsConfig.DEFAULT;
        Fields fields = root.fields("limits");
        if (fields == null) {
            return base;
        }
        int maxConnections = fields.integer("max_connections", LimitsConfig.MAX_CONNECTIONS, base.maxConnections());
        PerClientIp perClientIp = perClientIp(fields);
        long heldBytes = fields.bytes("held_bytes", LimitsConfig.HELD_BYTES, base.heldBytes());
        fields.done();
        return new LimitsConfig(maxConnections, perClientIp, heldBytes);
    }

    private static PerClientIp perClientIp(Fields limits) {
        Fields fields = limits.fields("per_client_ip");
        if (fields == null) {
            return PerClientIp.NO_LIMIT;
        }
        int connections = fields.integer("connections", PerClientIp.COUNT, 0);
        int newPerSecond = fields.integer("new_per_second", PerClientIp.COUNT, 0);
        int burst = fields.integer("burst", PerClientIp.COUNT, 0);
        fields.done();
        PerClientIp read = fields.build(() -> new PerClientIp(connections, newPerSecond, burst));
        return read == null ? PerClientIp.NO_LIMIT : read;
    }

    ShutdownConfig shutdown() {
        ShutdownConfig base = ShutdownConfig.DEFAULT;
        Fields fields = root.fields("shutdown");
        if (fields == null) {
            return base;
        }
        ShutdownConfig read = new ShutdownConfig(
                fields.duration("drain", ShutdownConfig.DRAIN, base.drain()),
                fields.duration("readiness_delay", ShutdownConfig.READINESS_DELAY, base.readinessDelay()));
        fields.done();
        return read;
    }

    ReloadConfig reload() {
        ReloadConfig base = ReloadConfig.DEFAULT;
        Fields fields = root.fields("reload");
        if (fields == null) {
            return base;
        }
        ReloadConfig read = new ReloadConfig(
                fields.flag("watch", base.watch()),
                fields.duration("debounce", ReloadConfig.DEBOUNCE, base.debounce()),
                fields.duration("poll", ReloadConfig.POLL, base.poll()),
                fields.choice("on_removed_backend", ReloadConfig.OnRemovedBackend.class, base.onRemovedBackend()));
        fields.done();
        return read;
    }

    LoggingConfig logging() {
        LoggingConfig base = LoggingConfig.DEFAULT;
        Fields fields = root.fields("logging");
        if (fields == null) {
            return base;
        }
        LoggingConfig read = new LoggingConfig(
                fields.choice("level", LoggingConfig.Level.class, base.level()),
                fields.choice("format", LoggingConfig.Format.class, base.format()),
                access(fields, base.access()));
        fields.done();
        return read;
    }

    private AccessLogConfig access(Fields logging, AccessLogConfig base) {
        Fields fields = logging.fields("access");
        if (fields == null) {
            return base;
        }
        Item.Scalar output = fields.scalar("output");
        Path file = null;
        Output kind = base.output();
        if (output != null) {
            file = output.text().indexOf('/') >= 0 ? FileSettings.path(fields, "output", output) : null;
            kind = file == null ? outputWord(output, fields.path("output")) : Output.FILE;
        }
        AccessLogConfig read = new AccessLogConfig(
                kind,
                file,
                fields.choice("format", AccessFormat.class, base.format()),
                fields.percent("sample_ok", base.sampleOkPercent()),
                fields.choice("client_ip", ClientIp.class, base.clientIp()),
                fields.flag("empty", base.empty()));
        fields.done();
        return read;
    }

    private Output outputWord(Item.Scalar output, String called) {
        return switch (output.text()) {
            case "stdout" -> Output.STDOUT;
            case "none" -> Output.NONE;
            default -> {
                problems.error(
                        output.place(),
                        called + " must be stdout, none or the path of a file with a / in it, was \"" + output.text()
                                + '"' + meant(output));
                yield Output.STDOUT;
            }
        };
    }

    private static String meant(Item.Scalar output) {
        String slip = Suggestion.text(output.text(), List.of("stdout", "none"));
        return slip.isEmpty() && !output.secret() ? ": write ./" + output.text() : slip;
    }
}
