package dev.usher.server.convert.traefik;

import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.traefik.Node.Listing;
import dev.usher.server.convert.traefik.Node.Mapping;
import dev.usher.server.convert.traefik.Node.Scalar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads labels and Traefik's command line from a compose file into the tree of Traefik's own files. */
final class TraefikCompose {
    private static final String PREFIX = "traefik.";

    private final Mapping root;
    private final Remarks remarks;

    TraefikCompose(Mapping root, Remarks remarks) {
        this.root = root;
        this.remarks = remarks;
    }

    void read(Mapping file) {
        remarks.notNeeded(file.statement(), "of a compose file labels and the options of Traefik are read");
        file.mapping("services").entries().forEach((name, service) -> {
            if (service instanceof Mapping mapping) {
                read(name, mapping);
            }
        });
    }

    private void read(String container, Mapping service) {
        Mapping own = Mapping.at(service.statement());
        pairs(service.get("labels")).forEach((label, value) -> label(own, label, value));
        pairs(service.mapping("deploy").get("labels")).forEach((label, value) -> label(own, label, value));
        complete(container, own.mapping("tcp"));
        root.merge(own);
        options(service.get("command"));
    }

    /** Labels as texts with =, or as a mapping. */
    private static Map<String, Scalar> pairs(@Nullable Node labels) {
        Map<String, Scalar> pairs = new LinkedHashMap<>();
        switch (labels) {
            case Mapping mapping ->
                mapping.entries().forEach((key, value) -> {
                    if (value instanceof Scalar scalar) {
                        pairs.put(key, scalar);
                    }
                });
            case Listing list ->
                list.items().forEach(item -> {
                    if (item instanceof Scalar scalar && scalar.text().indexOf('=') > 0) {
                        int equals = scalar.text().indexOf('=');
                        pairs.put(
                                scalar.text().substring(0, equals),
                                new Scalar(scalar.statement(), scalar.text().substring(equals + 1)));
                    }
                });
            case null, default -> {}
        }
        return pairs;
    }

    private void label(Mapping own, String label, Scalar value) {
        if (!label.toLowerCase(Locale.ROOT).startsWith(PREFIX)) {
            return; // not Traefik's
        }
        String path = label.substring(PREFIX.length());
        if (path.startsWith("docker.") || path.equals("enable")) {
            remarks.notNeeded(
                    value.statement(),
                    "routes stand in usher's file; containers that come and go: sources, by labels of usher's own");
        } else {
            put(own, path, value);
        }
    }

    private void put(Mapping into, String path, Scalar value) {
        remarks.tried(value.statement(), () -> {
            TraefikPath.put(into, path, value.statement(), value.text());
            return "";
        });
    }

    /** Gives services with a port alone the container's name as a host, and routers without a service the only service. */
    private void complete(String container, Mapping tcp) {
        Mapping services = tcp.mapping("services");
        services.entries().values().forEach(service -> {
            if (service instanceof Mapping mapping) {
                address(container, mapping.mapping("loadbalancer"));
            }
        });
        List<String> names = List.copyOf(services.entries().keySet());
        tcp.mapping("routers").entries().values().forEach(router -> {
            if (router instanceof Mapping mapping && names.size() == 1 && mapping.get("service") == null) {
                mapping.put("service", new Scalar(mapping.statement(), names.getFirst()));
            }
        });
    }

    private void address(String container, Mapping balancer) {
        String port = balancer.mapping("server").text("port");
        if (port.isEmpty() || balancer.get("servers") != null) {
            return;
        }
        Statement at = balancer.mapping("server").statement();
        Mapping server = Mapping.at(at);
        server.put("address", new Scalar(at, container + ":" + port));
        balancer.put("servers", new Listing(at, List.of(server)));
        balancer.entries().remove("server");
        remarks.changed(
                at,
                "the backend is " + container + ":" + port
                        + ", and has to be known by this name where usher runs; new containers are not found");
    }

    /** Options such as {@code --entrypoints.websecure.address=:443}. */
    private void options(@Nullable Node command) {
        if (!(command instanceof Listing list)) {
            return;
        }
        for (Node item : list.items()) {
            if (item instanceof Scalar option && option.text().startsWith("--")) {
                String[] parts = option.text().substring(2).split("=", 2);
                put(root, parts[0], new Scalar(option.statement(), parts.length == 1 ? "true" : parts[1]));
            }
        }
    }
}
