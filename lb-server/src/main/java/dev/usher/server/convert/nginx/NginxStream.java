package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@code stream} block: maps, upstreams, common settings and servers. */
final class NginxStream {
    private static final Set<String> BLOCKS = Set.of("map", "upstream", "server");

    private final Draft draft;
    private final Remarks remarks;
    private final NginxIncludes includes;
    private final Map<String, NginxMap> maps = new HashMap<>();
    private final Map<String, Directive> upstreams = new LinkedHashMap<>();
    private final Map<String, String> pools = new HashMap<>();
    private final Set<String> used = new HashSet<>();
    private final Map<List<?>, ListenerDraft> listeners = new HashMap<>();
    private final List<Directive> common = new ArrayList<>();

    NginxStream(Draft draft, NginxIncludes includes) {
        this.draft = draft;
        this.remarks = draft.remarks();
        this.includes = includes;
    }

    void read(List<Directive> block) {
        for (Directive each : block) {
            switch (each.name()) {
                case "map" ->
                    maps.put(NginxServer.variable(each.word(2)), new NginxMap(each, includes.expanded(each.block())));
                case "upstream" -> upstreams.putIfAbsent(each.word(1), each);
                default -> {
                    if (!BLOCKS.contains(each.name())) {
                        common.add(each);
                    }
                }
            }
        }
        common.forEach(this::remark);
        block.stream().filter(each -> each.is("server")).forEach(this::server);
        upstreams.forEach((name, upstream) -> {
            if (!used.contains(name)) {
                remarks.leftOut(upstream.statement(), "no server that usher takes over leads here");
            }
        });
    }

    /** Remarks on a common setting once, however many servers there are. */
    private void remark(Directive setting) {
        boolean taken = new NginxPool("", remarks).take(setting)
                || new NginxServer(this, new ListenerDraft("", setting.statement()), remarks).setting(setting);
        if (!taken) {
            NginxKnown.remark(setting, remarks);
        }
    }

    private void server(Directive server) {
        List<Directive> block = includes.expanded(server.block());
        if (block.stream()
                .anyMatch(each -> each.is("listen") && each.arguments().contains("ssl"))) {
            remarks.leftOut(
                    server.statement(),
                    "terminates TLS, and usher passes TLS on: keep this part in nginx, and give usher a route to it");
            return;
        }
        ListenerDraft fresh = new ListenerDraft(name(block), server.statement());
        NginxServer.bind(block, fresh, remarks);
        ListenerDraft same = listeners.putIfAbsent(fresh.binds(), fresh);
        if (same == null) {
            draft.add(fresh);
        }
        new NginxServer(this, same == null ? fresh : same, remarks).read(server, common, block);
    }

    private static String name(List<Directive> block) {
        String port = block.stream()
                .filter(each -> each.is("listen"))
                .map(each -> each.word(1).replaceFirst(".*:", ""))
                .findFirst()
                .orElse("");
        return port.equals("443") ? "https" : "port-" + port;
    }

    Draft draft() {
        return draft;
    }

    /** A server outside of the stream leads to an upstream. */
    void uses(String upstream) {
        used.add(upstream);
    }

    @Nullable
    NginxMap map(String variable) {
        return maps.get(variable);
    }

    /**
     * The pool of an upstream or an address, with the settings of a server. Throws for an address unknown to
     * usher.
     *
     * @param settings directives in force; the same upstream with different settings is a pool of its own
     */
    String pool(String target, List<Directive> settings) {
        List<String> texts =
                settings.stream().map(each -> each.statement().text()).toList();
        return pools.computeIfAbsent(target + texts, _ -> fresh(target, settings));
    }

    private String fresh(String target, List<Directive> settings) {
        String name = target;
        for (int i = 2; draft.pool(name) != null; i++) {
            name = target + "-" + i;
        }
        NginxPool pool = new NginxPool(name, new Remarks());
        settings.forEach(pool::take);
        Directive upstream = upstreams.get(target);
        if (upstream == null) {
            pool.address(NginxValue.backend(target));
        } else {
            NginxUpstream.read(includes.expanded(upstream.block()), pool.pool(), remarks);
            used.add(target);
        }
        if (pool.pool().backends().isEmpty()) {
            throw new IllegalArgumentException("upstream " + target + " has no server that usher can connect to");
        }
        draft.add(pool.pool());
        return name;
    }
}
