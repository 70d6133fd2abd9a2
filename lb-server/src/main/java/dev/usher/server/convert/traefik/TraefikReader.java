package dev.usher.server.convert.traefik;

import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Reasons;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.traefik.Node.Mapping;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads Traefik's configuration: static and dynamic files in YAML or TOML, and compose files with labels. */
public final class TraefikReader {
    private static final Pattern TOML = Pattern.compile("(?m)^[ \\t]*\\[+[\\w.\"'-]+\\]+[ \\t]*(?:#.*)?\\r?$");
    private static final Set<String> PROCESS = Set.of(
            "log",
            "accesslog",
            "api",
            "metrics",
            "ping",
            "global",
            "tracing",
            "experimental",
            "pilot",
            "hostresolver",
            "serverstransport",
            "core",
            "spiffe",
            "version",
            "certificatesresolvers");

    /** The type of usher's source by the name of a provider. */
    private static final Map<String, String> SOURCES = Map.of(
            "docker", "docker",
            "swarm", "docker",
            "consulcatalog", "consul",
            "kubernetesgateway", "kubernetes",
            "kubernetesingress", "kubernetes",
            "http", "http");

    private final Draft draft;
    private final Remarks remarks;
    private final Mapping root;

    private TraefikReader(Draft draft, Statement start) {
        this.draft = draft;
        this.remarks = draft.remarks();
        this.root = Mapping.at(start);
    }

    /** Fills the draft; throws {@code Unreadable} at the first fault of the text. */
    public static void read(List<PeerText> files, Draft draft) {
        TraefikReader reader =
                new TraefikReader(draft, Statement.at(files.getFirst().file(), 1, 1, "the files"));
        files.forEach(reader::add);
        reader.take();
    }

    private void add(PeerText file) {
        if (TOML.matcher(file.text()).find() || String.valueOf(file.file()).endsWith(".toml")) {
            root.merge(TraefikToml.read(file));
            return;
        }
        for (Node document : TraefikYaml.read(file)) {
            if (!(document instanceof Mapping mapping)) {
                remarks.leftOut(document.statement(), "a document of Traefik has keys");
            } else if (mapping.get("services") != null && mapping.get("tcp") == null) {
                new TraefikCompose(root, remarks).read(mapping);
            } else if (mapping.get("apiversion") != null) {
                remarks.leftOut(
                        mapping.statement(),
                        "usher reads no objects of Traefik: write a TLSRoute, or a route, for each name");
            } else {
                root.merge(mapping);
            }
        }
    }

    private void take() {
        TraefikEntryPoints points = new TraefikEntryPoints(root.mapping("entrypoints"), draft);
        Mapping tcp = root.mapping("tcp");
        TraefikServices services = new TraefikServices(tcp.mapping("services"), draft);
        new TraefikRouters(tcp, points, services, remarks).read();
        Node http = root.get("http");
        if (http instanceof Mapping parts) {
            new TraefikHttp(parts, points, remarks).read();
        } else if (http != null) {
            remarks.leftOut(http.statement(), "http has keys, such as routers");
        }
        services.remarkUnused();
        points.remarkUnused();
        tcp.entries().forEach((key, value) -> {
            if (!Set.of("routers", "services", "middlewares").contains(key)) {
                remarks.leftOut(value.statement(), Reasons.NO_EQUAL);
            }
        });
        root.entries().forEach(this::other);
    }

    private void other(String key, Node value) {
        switch (key) {
            case "tcp", "entrypoints", "http" -> {} // read already
            case "tls" -> remarks.leftOut(value.statement(), "usher terminates no TLS, and has no certificates");
            case "providers" -> providers(value);
            case "udp" -> remarks.leftOut(value.statement(), "usher does not relay UDP");
            default -> {
                if (PROCESS.contains(key)) {
                    remarks.notNeeded(value.statement(), "usher has its own logs, metrics and dashboard");
                } else {
                    remarks.leftOut(value.statement(), Reasons.NO_EQUAL);
                }
            }
        }
    }

    private void providers(Node value) {
        if (!(value instanceof Mapping providers)) {
            remarks.leftOut(value.statement(), Reasons.NO_EQUAL);
            return;
        }
        providers.entries().forEach((name, provider) -> {
            String source = SOURCES.get(name);
            if (name.equals("file") || name.startsWith("providersthrottle")) {
                remarks.notNeeded(provider.statement(), "usher reads its file again when the file changes");
            } else if (source == null) {
                remarks.leftOut(provider.statement(), Reasons.NO_EQUAL);
            } else {
                remarks.changed(
                        provider.statement(),
                        "names that come and go are for sources: { " + source + ": ... }, see docs/sources.md");
            }
        });
    }
}
