package dev.usher.server.yaml;

import dev.usher.admin.http.Pem;
import dev.usher.config.AdminConfig;
import dev.usher.config.AdminConfig.Role;
import dev.usher.config.AdminConfig.Tls;
import dev.usher.config.AdminConfig.Token;
import dev.usher.config.HostPort;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the sections about the program: limits, shutdown, reload, admin, logging. */
final class ProgramReader {
    /** Output of sha256sum: the hash, then the name of a file, "-" for standard input. */
    private static final Pattern OF_SHA256SUM = Pattern.compile("[0-9a-fA-F]{64}\\s.*");

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

    AdminConfig admin(BindReader binds) {
        AdminConfig base = AdminConfig.DEFAULT;
        if (root.isNone("admin")) {
            return AdminConfig.NONE;
        }
        Fields fields = root.fields("admin");
        if (fields == null) {
            return base;
        }
        HostPort bind = adminBind(fields, binds);
        List<String> hosts = fields.list("allowed_hosts", ProgramReader::allowedHost, base.allowedHosts());
        List<Token> tokens = tokens(fields);
        Tls tls = tls(fields);
        boolean readOnly = fields.flag("read_only", base.readOnly());
        fields.done();
        if (bind == null) {
            return new AdminConfig(null, hosts, tokens, tls, readOnly);
        }
        boolean open = !bind.isLoopback();
        if (open && fields.items("tokens").isEmpty()) {
            problems.error(
                    fields.valuePlace("bind"), "admin.bind " + bind + " is not loopback: admin.tokens must be given");
        }
        if (open && (!fields.has("tls") || fields.isNone("tls"))) {
            problems.error(
                    fields.valuePlace("bind"), "admin.bind " + bind + " is not loopback: admin.tls must be given");
        }
        boolean valid = !open || (!tokens.isEmpty() && tls != null);
        return valid ? new AdminConfig(bind, hosts, tokens, tls, readOnly) : base;
    }

    private static @Nullable HostPort adminBind(Fields fields, BindReader binds) {
        HostPort base = AdminConfig.DEFAULT.bind();
        if (fields.isNone("bind")) {
            return null;
        }
        HostPort bind = fields.parsed(fields.scalar("bind"), fields.path("bind"), HostPort::parseBind);
        if (bind == null) {
            return base;
        }
        binds.add(bind, "admin", fields.valuePlace("bind"));
        return bind;
    }

    private static String allowedHost(String text) {
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (host.indexOf('/') >= 0 || (host.indexOf(':') >= 0 && host.length() == text.length())) {
            throw new IllegalArgumentException(
                    '"' + text + "\" must be a host alone, such as localhost or \"[::1]\", without scheme or port");
        }
        String normal = HostPort.normalizeHost(host);
        return host.length() == text.length() ? normal : "[" + normal + "]";
    }

    private List<Token> tokens(Fields admin) {
        List<Token> tokens = new ArrayList<>();
        Map<String, Place> seen = new HashMap<>();
        int index = 0;
        for (Item item : admin.items("tokens")) {
            Fields fields = admin.fields(item, "admin.tokens[" + index++ + "]", item.place());
            Token token = fields == null ? null : token(fields);
            if (token == null) {
                continue;
            }
            Place first = seen.putIfAbsent(token.name(), item.place());
            if (first == null) {
                tokens.add(token);
            } else {
                problems.error(item.place(), "admin.tokens has \"" + token.name() + "\" twice, first at " + first);
            }
        }
        return tokens;
    }

    private @Nullable Token token(Fields fields) {
        List.of("name", "role", "sha256").forEach(fields::require);
        Item.Scalar name = fields.scalar("name");
        Role role = fields.choice("role", Role.class, Role.VIEWER);
        Item.Scalar sha256 = fields.scalar("sha256");
        fields.done();
        if (name == null || sha256 == null) {
            return null;
        }
        if (name.text().isBlank()) {
            problems.error(name.place(), fields.path("name") + " must not be empty");
            return null;
        }
        if (!Token.isSha256(sha256.text())) {
            problems.error(
                    sha256.place(),
                    fields.path("sha256") + " must be the SHA-256 of the token, 64 hexadecimal digits"
                            + (OF_SHA256SUM.matcher(sha256.text()).matches()
                                    ? ", without the \"  -\" that sha256sum adds: cut -d ' ' -f 1"
                                    : " (not shown here)"));
            return null;
        }
        return new Token(name.text(), role, sha256.text());
    }

    private static @Nullable Tls tls(Fields admin) {
        if (!admin.has("tls") || admin.isNone("tls")) {
            return null;
        }
        Fields fields = admin.fields("tls");
        if (fields == null) {
            return null;
        }
        fields.require("cert");
        fields.require("key");
        Path cert = FileSettings.usable(fields, "cert", Pem::certificates);
        Path key = FileSettings.usable(fields, "key", Pem::key);
        fields.done();
        if (cert == null || key == null) {
            return null;
        }
        Tls tls = new Tls(cert, key);
        return FileSettings.isGood(fields, "key", () -> Pem.context(tls)) ? tls : null;
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
