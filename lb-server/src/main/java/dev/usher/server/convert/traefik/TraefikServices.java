package dev.usher.server.convert.traefik;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.SendProxyProtocol;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.traefik.Node.Listing;
import dev.usher.server.convert.traefik.Node.Mapping;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** TCP services, each read into a pool when a router first needs the pool. */
final class TraefikServices {
    private static final int MAX_DEPTH = 8;

    private final Mapping services;
    private final Draft draft;
    private final Remarks remarks;
    private final Set<String> used = new HashSet<>();

    TraefikServices(Mapping services, Draft draft) {
        this.services = services;
        this.draft = draft;
        this.remarks = draft.remarks();
    }

    /** The pool of a service. Throws {@link IllegalArgumentException} if usher can have no server of the service. */
    String pool(String service) {
        String name = plain(service);
        PoolDraft pool = draft.pool(name);
        if (pool == null) {
            pool = new PoolDraft(name);
            add(name, 1, pool, 0);
            draft.add(pool);
        }
        if (pool.backends().isEmpty()) {
            throw new IllegalArgumentException("service " + service + " has no server that usher can connect to");
        }
        return name;
    }

    /** The name without the provider, as in {@code web@file}. */
    private static String plain(String service) {
        return service.replaceFirst("@.*", "").toLowerCase(Locale.ROOT);
    }

    private void add(String name, int weight, PoolDraft pool, int depth) {
        if (!(services.get(name) instanceof Mapping service) || depth > MAX_DEPTH) {
            throw new IllegalArgumentException("service " + name + " is in none of the files");
        }
        used.add(name);
        service.entries().forEach((key, value) -> {
            switch (key) {
                case "loadbalancer" -> balancer(asMapping(value), weight, pool);
                case "weighted" -> weighted(asMapping(value), pool, depth);
                default -> remarks.leftOut(value.statement(), "usher has no such service");
            }
        });
    }

    private static Mapping asMapping(Node value) {
        return value instanceof Mapping mapping ? mapping : Mapping.at(value.statement());
    }

    private void weighted(Mapping weighted, PoolDraft pool, int depth) {
        if (!(weighted.get("services") instanceof Listing list)) {
            return;
        }
        for (Node item : list.items()) {
            if (item instanceof Mapping part) {
                String weight = part.text("weight");
                remarks.tried(part.statement(), () -> {
                    int share = weight.isEmpty() ? 1 : Integer.parseInt(weight);
                    add(plain(part.text("name")), BackendConfig.WEIGHT.check(share, "weight"), pool, depth + 1);
                    return "";
                });
            }
        }
        if (list.items().size() > 1) {
            remarks.changed(weighted.statement(), "each server has the weight of its service, however many there are");
        }
    }

    private void balancer(Mapping balancer, int weight, PoolDraft pool) {
        balancer.entries().forEach((key, value) -> {
            switch (key) {
                case "servers" -> servers(value, weight, pool);
                case "proxyprotocol" ->
                    pool.sendProxyProtocol(
                            value instanceof Mapping version
                                            && version.text("version").equals("1")
                                    ? SendProxyProtocol.V1
                                    : SendProxyProtocol.V2);
                case "terminationdelay" ->
                    remarks.changed(value.statement(), "usher has timeouts: half_closed, which is 5m");
                default -> remarks.leftOut(value.statement(), "usher has no such setting of a service");
            }
        });
    }

    private void servers(Node servers, int weight, PoolDraft pool) {
        List<Node> items = servers instanceof Listing list ? list.items() : List.of(servers);
        for (Node item : items) {
            if (item instanceof Mapping server) {
                server(server, weight, pool);
            }
        }
    }

    private void server(Mapping server, int weight, PoolDraft pool) {
        Node written = server.get("address");
        Statement at = written == null ? server.statement() : written.statement();
        HostPort address = remarks.tried(at, () -> HostPort.parse(server.text("address")));
        server.entries().forEach((key, value) -> {
            if (!key.equals("address")) {
                remarks.leftOut(
                        value.statement(),
                        key.equals("tls")
                                ? "usher passes TLS on and makes none of its own"
                                : "usher has no such setting of a server");
            }
        });
        if (address != null && !pool.add(new BackendConfig(address, weight, BackendConfig.NO_LIMIT, false))) {
            remarks.changed(at, address + " is here already: a weight gives a larger share");
        }
    }

    /** Remarks on services without a router. */
    void remarkUnused() {
        services.entries().forEach((name, service) -> {
            if (!used.contains(name)) {
                remarks.leftOut(service.statement(), "no router that usher takes over leads to this service");
            }
        });
    }
}
