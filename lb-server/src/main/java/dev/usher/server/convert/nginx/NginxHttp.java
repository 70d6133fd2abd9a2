package dev.usher.server.convert.nginx;

import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.HttpRule.Action;
import dev.usher.config.ListenerType;
import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.NameRegex;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.PoolDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Request;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Servers of the {@code http} block without TLS: the redirect to https, requests of ACME servers, and requests by name
 * become a listener of type http. A server with more stays where it is.
 */
final class NginxHttp {
    static final String KEEP = "usher is no HTTP server: keep this part in nginx, and give usher a route to it";

    private static final Pattern TO_HTTPS =
            Pattern.compile("https://(?:\\$\\{?(?:host|http_host|server_name)}?|([\\w.-]+))\\$\\{?request_uri}?");
    private static final Pattern PASS = Pattern.compile("http://([^/]+)/?");
    private static final Pattern ACME = Pattern.compile("/\\.well-known/acme-challenge/?");
    private static final Pattern HOST = Pattern.compile("\\$\\{?(?:host|http_host)}?");
    /** Places of every request. */
    private static final Set<String> WHOLE = Set.of("/", "^~ /");

    private final Draft draft;
    private final NginxIncludes includes;
    private final Remarks remarks;
    private final Map<String, Directive> upstreams = new HashMap<>();
    /** The block of the servers. */
    private final List<Directive> around;

    private final Set<String> used = new LinkedHashSet<>();
    /** Listeners by address: several servers may share a port. */
    private final Map<List<HostPort>, ListenerDraft> listeners = new HashMap<>();
    /** Redirects by listener. */
    private final Map<ListenerDraft, Directive> redirects = new HashMap<>();

    /**
     * The parts of a server for usher.
     *
     * @param passes requests to backends, by action
     * @param rest each part with a remark
     */
    private record Served(List<Directive> redirects, Map<Action, Pass> passes, List<Directive> rest) {}

    /** The way of a location to its backend. */
    private record Pass(Directive to, NginxHeaders headers) {}

    /** @param block with the upstreams */
    NginxHttp(Draft draft, NginxIncludes includes, List<Directive> block) {
        this.draft = draft;
        this.includes = includes;
        this.remarks = draft.remarks();
        around = block;
        block.stream().filter(each -> each.is("upstream")).forEach(each -> upstreams.putIfAbsent(each.word(1), each));
    }

    /** Names of upstreams used in pools. */
    Set<String> used() {
        return used;
    }

    void read(Directive server) {
        List<Directive> block = includes.expanded(server.block());
        Served served = served(block);
        boolean tls = block.stream()
                .anyMatch(each -> each.is("listen") && each.arguments().contains("ssl"));
        if (tls || (served.redirects().isEmpty() && served.passes().isEmpty())) {
            remarks.leftOut(server.statement(), KEEP);
            return;
        }
        served.rest().forEach(each -> NginxHttpKnown.remark(each, remarks));
        ListenerDraft fresh = new ListenerDraft("http", server.statement());
        fresh.type(ListenerType.HTTP);
        NginxServer.bind(block, fresh, remarks);
        ListenerDraft listener = listeners.getOrDefault(fresh.binds(), fresh);
        if (served.redirects().size() == 1) {
            status(served.redirects().getFirst(), listener);
        }
        remarkUnused(block, served);
        List<RoutePattern> names = names(block);
        served.passes().forEach((action, pass) -> pass(pass, action, names, listener));
        if (listeners.putIfAbsent(listener.binds(), listener) == null) {
            draft.add(listener);
        }
    }

    private void remarkUnused(List<Directive> block, Served served) {
        NginxHeaders.in(block)
                .filter(header -> served.passes().values().stream()
                        .noneMatch(pass -> pass.headers().inForce().contains(header)))
                .forEach(header -> remarks.notNeeded(header.statement(), "no location with a backend has this header"));
    }

    // ---- the parts of a server ----

    private Served served(List<Directive> block) {
        Served served = new Served(new ArrayList<>(), new EnumMap<>(Action.class), new ArrayList<>());
        for (Directive each : block) {
            switch (each.name()) {
                case "listen", "server_name" -> {} // read for the listener
                case "proxy_set_header" -> {} // read with the locations
                case "return" -> addRedirect(each, served);
                case "location" -> location(each, block, served);
                default -> served.rest().add(each);
            }
        }
        return served;
    }

    private static void addRedirect(Directive redirect, Served served) {
        boolean first = served.redirects().isEmpty()
                && TO_HTTPS.matcher(redirect.word(2)).matches();
        (first ? served.redirects() : served.rest()).add(redirect);
    }

    private void location(Directive location, List<Directive> server, Served served) {
        String place = String.join(" ", location.arguments());
        boolean acme = ACME.matcher(place.replaceFirst("^\\^~ ", "")).matches();
        List<Directive> inner = includes.expanded(location.block());
        Directive pass =
                inner.stream().filter(each -> each.is("proxy_pass")).findFirst().orElse(null);
        Directive redirect =
                inner.stream().filter(each -> each.is("return")).findFirst().orElse(null);
        if (WHOLE.contains(place) && redirect != null) {
            addRedirect(redirect, served);
        } else if ((acme || WHOLE.contains(place)) && pass != null) {
            Pass way = new Pass(pass, NginxHeaders.of(List.of(inner, server, around)));
            served.passes().putIfAbsent(acme ? Action.ACME : Action.FORWARD, way);
            inner.stream()
                    .filter(each -> !each.is("proxy_pass") && !NginxHeaders.isHeader(each))
                    .forEach(served.rest()::add);
        } else {
            served.rest().add(location);
        }
    }

    // ---- into the listener ----

    private void status(Directive redirect, ListenerDraft listener) {
        Matcher url = TO_HTTPS.matcher(redirect.word(2));
        if (url.matches() && url.group(1) != null) {
            remarks.changed(redirect.statement(), "usher redirects to the name that was asked for");
        }
        Directive earlier = redirects.putIfAbsent(listener, redirect);
        String status = redirect.word(1);
        if (earlier != null) {
            if (!earlier.word(1).equals(status)) {
                int line = earlier.statement().line();
                remarks.changed(redirect.statement(), "a listener has one status: that of line " + line + " is used");
            }
        } else if (status.equals("302") || status.equals("303")) {
            remarks.changed(redirect.statement(), "usher has no status " + status + ": 307 is used");
            listener.redirect(307);
        } else {
            remarks.tried(redirect.statement(), () -> {
                listener.redirect(HttpConfig.redirect(status));
                return "";
            });
        }
    }

    /** The names of a server; empty for every name. */
    private List<RoutePattern> names(List<Directive> block) {
        List<RoutePattern> names = new ArrayList<>();
        boolean first = block.stream()
                .anyMatch(each -> each.is("listen") && each.arguments().contains("default_server"));
        for (Directive each : block) {
            if (each.is("server_name") && !first) {
                each.arguments().forEach(name -> names.addAll(names(each, name)));
            }
        }
        return names;
    }

    private List<RoutePattern> names(Directive directive, String name) {
        if (name.equals("_") || name.isEmpty()) {
            return List.of();
        }
        Names names = remarks.tried(
                directive.statement(),
                () -> name.startsWith("~") ? NameRegex.read(name.substring(1), false) : Names.of(name));
        if (names == null || names.isNone()) {
            remarks.leftOut(directive.statement(), name + ": usher has names and suffixes alone");
            return List.of();
        }
        if (!names.difference().isEmpty()) {
            remarks.changed(directive.statement(), names.difference());
        }
        return names.patterns();
    }

    private void pass(Pass pass, Action action, List<RoutePattern> names, ListenerDraft listener) {
        Statement at = pass.to().statement();
        String pool = remarks.tried(at, () -> pool(pass.to()));
        if (pool == null) {
            return;
        }
        HttpRule rule = pass.headers().rule(action, pool);
        pass.headers().remark(rule, remarks);
        remarkHost(pass);
        names.forEach(name -> listener.add(new Request(at, name, rule)));
        if (!names.isEmpty()) {
            return;
        }
        if (!isTemplate(pool)) {
            listener.add(new Request(at, null, rule));
        }
        if (action == Action.FORWARD) {
            listener.otherwise(new Rule(at, null, pool, null, List.of(), List.of()), rule);
        }
    }

    private void remarkHost(Pass pass) {
        Matcher url = PASS.matcher(pass.to().word(1));
        if (url.matches()
                && !HOST.matcher(url.group(1)).matches()
                && pass.headers().leavesHostToNginx()) {
            remarks.changed(
                    pass.to().statement(),
                    "usher keeps the Host of the request: nginx sends " + url.group(1)
                            + " without proxy_set_header Host");
        }
    }

    // ---- pools ----

    /** The name of the pool; throws {@link IllegalArgumentException} for a target unknown to usher. */
    private String pool(Directive pass) {
        Matcher url = PASS.matcher(pass.word(1));
        if (!url.matches()) {
            throw new IllegalArgumentException("usher passes a request on as it is, without TLS and without a path");
        }
        String target = HOST.matcher(url.group(1)).replaceFirst("{name}");
        if (target.indexOf('$') >= 0) {
            throw new IllegalArgumentException("usher does not know the variable");
        }
        String name = "http-" + target;
        if (draft.pool(name) == null) {
            draft.add(fresh(name, target));
        }
        return name;
    }

    private PoolDraft fresh(String name, String target) {
        PoolDraft pool = new PoolDraft(name);
        Directive upstream = upstreams.get(target);
        if (upstream == null) {
            pool.add(BackendConfig.of(NginxValue.backend(target, ":80")));
        } else {
            NginxUpstream.read(includes.expanded(upstream.block()), pool, ":80", remarks);
            used.add(target);
        }
        if (pool.backends().isEmpty()) {
            throw new IllegalArgumentException("upstream " + target + " has no server that usher can connect to");
        }
        return pool;
    }

    private boolean isTemplate(String name) {
        PoolDraft pool = draft.pool(name);
        return pool != null && pool.isTemplate();
    }
}
