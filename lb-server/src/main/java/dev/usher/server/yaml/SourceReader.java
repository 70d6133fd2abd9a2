package dev.usher.server.yaml;

import com.sun.security.auth.module.UnixSystem;
import dev.usher.admin.http.Pem;
import dev.usher.config.Cidr;
import dev.usher.config.ClientTls;
import dev.usher.config.ConsulSource;
import dev.usher.config.DockerSource;
import dev.usher.config.ExecSource;
import dev.usher.config.HostPort;
import dev.usher.config.HttpSource;
import dev.usher.config.KubernetesSource;
import dev.usher.config.PoolSettings;
import dev.usher.config.RoutePattern;
import dev.usher.config.Secret;
import dev.usher.config.SourceConfig;
import dev.usher.config.SourceKind;
import dev.usher.config.SourceType;
import dev.usher.config.SourceUrl;
import dev.usher.config.Spelling;
import dev.usher.config.UnixPath;
import dev.usher.file.NamedFile;
import dev.usher.file.ProgramFile;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Reads {@code sources}. */
final class SourceReader {
    /** A source with reports of changes is asked less often. */
    private static final Duration REPORTING_INTERVAL = Duration.ofSeconds(30);

    /** Keys of some types, in the order of the file's documentation. */
    private static final Map<String, List<SourceType>> OF_SOME_TYPES = ofSomeTypes();

    private final PoolSettings defaults;
    private final Set<String> listeners;
    private final Problems problems;

    /**
     * @param defaults of the file
     * @param listeners names not free for sources
     */
    SourceReader(PoolSettings defaults, Set<String> listeners, Problems problems) {
        this.defaults = defaults;
        this.listeners = listeners;
        this.problems = problems;
    }

    private static Map<String, List<SourceType>> ofSomeTypes() {
        Map<String, List<SourceType>> keys = new LinkedHashMap<>();
        for (String key : List.of("url", "token", "trust_store", "cert", "key")) {
            keys.put(key, List.of(SourceType.HTTP, SourceType.CONSUL));
        }
        keys.put("command", List.of(SourceType.EXEC));
        keys.put("socket", List.of(SourceType.DOCKER));
        keys.put("network", List.of(SourceType.DOCKER));
        keys.put("datacenter", List.of(SourceType.CONSUL));
        for (String key : List.of("controller", "gateway", "ports", "addresses", "ingress_class", "kubeconfig")) {
            keys.put(key, List.of(SourceType.KUBERNETES));
        }
        return keys;
    }

    Map<String, SourceConfig> read(Fields section) {
        Map<String, SourceConfig> sources = new LinkedHashMap<>();
        for (Item.Entry entry : section.entries()) {
            Item item = section.item(entry.key());
            Fields fields = item == null ? null : section.fields(item, section.path(entry.key()), entry.place());
            if (listeners.contains(entry.key())) {
                problems.error(
                        entry.place(),
                        section.path(entry.key()) + " has the name of a listener: their pools would have one name");
            }
            SourceConfig source = fields == null ? null : source(entry.key(), fields);
            if (source != null) {
                sources.put(entry.key(), source);
            }
        }
        return sources;
    }

    private @Nullable SourceConfig source(String name, Fields fields) {
        SourceType named = EnumSet.allOf(SourceType.class).stream()
                .filter(each -> Spelling.of(each).equals(name))
                .findFirst()
                .orElse(null);
        if (named == null) {
            fields.require("type");
        }
        SourceType type = fields.choice("type", SourceType.class, named == null ? SourceType.HTTP : named);
        Item.Scalar word = fields.scalar("type");
        if (word != null && !Spelling.all(SourceType.class).contains(word.text())) {
            return null; // noted; the keys of an unknown type are unknown
        }
        SourceKind kind = kind(type, fields);
        boolean reports = type != SourceType.HTTP && type != SourceType.EXEC;
        Duration interval = fields.duration(
                "interval", SourceConfig.INTERVAL, reports ? REPORTING_INTERVAL : SourceConfig.DEFAULT_INTERVAL);
        Duration timeout = fields.duration("timeout", SourceConfig.TIMEOUT, SourceConfig.DEFAULT_TIMEOUT);
        List<String> names =
                fields.list("names", text -> RoutePattern.parse(text).text(), List.of());
        List<Cidr> to = fields.list("to", Cidr::parse, List.of());
        boolean allowEmpty = fields.flag("allow_empty", false);
        Duration confirm = fields.durationOrNone("confirm", SourceConfig.CONFIRM, SourceConfig.DEFAULT_CONFIRM);
        int maxNames = fields.integer("max_names", SourceConfig.MAX_NAMES, SourceConfig.DEFAULT_MAX_NAMES);
        PoolSettings settings = settings(fields);
        fields.done();
        return kind == null
                ? null
                : built(
                        fields,
                        () -> new SourceConfig(
                                name,
                                type,
                                kind,
                                interval,
                                timeout,
                                names,
                                to,
                                allowEmpty,
                                confirm,
                                maxNames,
                                settings));
    }

    private PoolSettings settings(Fields source) {
        Fields fields = source.fields("defaults");
        if (fields == null) {
            return defaults;
        }
        fields.refuse("to", "stands beside type: it is for every backend of the source");
        fields.refuse("deny_to", "is only for a backend with {name} or {sub}");
        PoolSettings read = PoolSettingsReader.read(defaults, fields);
        fields.done();
        return read;
    }

    /** Makes a record of valid parts; null for parts with a contradiction, then noted. */
    private <T> @Nullable T built(Fields fields, Supplier<T> construction) {
        try {
            return construction.get();
        } catch (IllegalArgumentException fault) {
            problems.error(fields.place(), fields.path() + ": " + fault.getMessage());
            return null;
        }
    }

    // ---- each type ----

    private @Nullable SourceKind kind(SourceType type, Fields fields) {
        OF_SOME_TYPES.forEach((key, types) -> {
            if (!types.contains(type)) {
                List<String> words = types.stream().map(Spelling::of).toList();
                fields.refuse(key, "is only for type " + String.join(" or ", words) + ", this is " + Spelling.of(type));
            }
        });
        return switch (type) {
            case HTTP -> http(fields);
            case EXEC -> exec(fields);
            case DOCKER -> docker(fields);
            case CONSUL -> consul(fields);
            case KUBERNETES -> kubernetes(fields);
        };
    }

    private @Nullable SourceKind http(Fields fields) {
        fields.require("url");
        URI url = fields.parsed(fields.scalar("url"), fields.path("url"), SourceUrl::parse);
        Secret token = secret(fields);
        ClientTls tls = tls(fields);
        return url == null || tls == null ? null : built(fields, () -> new HttpSource(url, token, tls));
    }

    private @Nullable SourceKind exec(Fields fields) {
        fields.require("command");
        List<String> command = new ArrayList<>();
        for (Item item : fields.items("command")) {
            Item.Scalar word = fields.scalar(item, fields.path("command"));
            if (word != null) {
                command.add(word.text());
            }
        }
        SourceKind exec = command.isEmpty() ? null : built(fields, () -> new ExecSource(command));
        if (exec != null) {
            Path program = Path.of(command.getFirst());
            problems.follow(program);
            FileSettings.isGood(fields, "command", () -> ProgramFile.check(program, new UnixSystem().getUid()));
        } else if (command.isEmpty() && fields.has("command")) {
            fields.refuseValue("command", "must not be empty");
        }
        return exec;
    }

    private @Nullable SourceKind docker(Fields fields) {
        UnixPath socket = fields.value("socket", SourceReader::socket, DockerSource.DEFAULT_SOCKET);
        Item.Scalar network = fields.scalar("network");
        return built(fields, () -> new DockerSource(socket, network == null ? null : network.text()));
    }

    private static UnixPath socket(String path) {
        return new UnixPath(path.replaceFirst("^unix:(//)?", "")); // as DOCKER_HOST has it, or as a backend
    }

    private @Nullable SourceKind consul(Fields fields) {
        URI url = fields.value("url", SourceUrl::parse, ConsulSource.DEFAULT_URL);
        Secret token = secret(fields);
        Item.Scalar datacenter = fields.scalar("datacenter");
        ClientTls tls = tls(fields);
        return tls == null
                ? null
                : built(fields, () -> new ConsulSource(url, token, datacenter == null ? null : datacenter.text(), tls));
    }

    private @Nullable SourceKind kubernetes(Fields fields) {
        String controller = fields.value("controller", text -> text, KubernetesSource.DEFAULT_CONTROLLER);
        Item.Scalar gateway = fields.scalar("gateway");
        List<Integer> ports = fields.list("ports", HostPort::port, KubernetesSource.DEFAULT_PORTS);
        List<String> addresses = fields.list("addresses", text -> text, List.of());
        Item.Scalar ingressClass = fields.scalar("ingress_class");
        Path kubeconfig =
                FileSettings.usable(fields, "kubeconfig", (file, _) -> NamedFile.read(file, NamedFile.Kind.VALUE));
        boolean refused = fields.has("kubeconfig") != (kubeconfig != null);
        return refused
                ? null
                : built(
                        fields,
                        () -> new KubernetesSource(
                                controller,
                                gateway == null ? null : gateway.text(),
                                ports,
                                addresses,
                                ingressClass == null ? null : ingressClass.text(),
                                kubeconfig));
    }

    private static @Nullable Secret secret(Fields fields) {
        return fields.parsed(fields.scalar("token"), fields.path("token"), Secret::new);
    }

    private @Nullable ClientTls tls(Fields fields) {
        Path trustStore = FileSettings.usable(fields, "trust_store", Pem::certificates);
        Path cert = FileSettings.usable(fields, "cert", Pem::certificates);
        Path key = FileSettings.usable(fields, "key", Pem::key);
        boolean refused = fields.has("cert") != (cert != null) || fields.has("key") != (key != null);
        return refused ? null : built(fields, () -> new ClientTls(trustStore, cert, key));
    }
}
