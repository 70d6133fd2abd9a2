package dev.usher.server.convert.traefik;

import dev.usher.config.Cidr;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.traefik.Node.Mapping;
import dev.usher.server.convert.traefik.TraefikRule.Alternative;
import dev.usher.server.convert.traefik.TraefikRule.Match;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** TCP routers, in the order of their priority: the longest rule first, unless a router has a number. */
final class TraefikRouters {
    private static final Set<String> KEYS =
            Set.of("rule", "service", "entrypoints", "tls", "priority", "middlewares", "rulesyntax");

    private final Mapping tcp;
    private final TraefikEntryPoints points;
    private final TraefikServices services;
    private final Remarks remarks;
    private final Set<String> usedMiddlewares = new HashSet<>();

    TraefikRouters(Mapping tcp, TraefikEntryPoints points, TraefikServices services, Remarks remarks) {
        this.tcp = tcp;
        this.points = points;
        this.services = services;
        this.remarks = remarks;
    }

    void read() {
        tcp.mapping("routers").entries().values().stream()
                .filter(Mapping.class::isInstance)
                .map(Mapping.class::cast)
                .sorted(Comparator.comparing(TraefikRouters::isTls)
                        .thenComparingInt(TraefikRouters::priority)
                        .reversed())
                .forEach(this::router);
        tcp.mapping("middlewares").entries().forEach((name, middleware) -> {
            if (!usedMiddlewares.contains(name)) {
                remarks.leftOut(middleware.statement(), "no router that usher takes over has this middleware");
            }
        });
    }

    private static int priority(Mapping router) {
        String number = router.text("priority");
        if (number.matches("-?\\d{1,9}") && !number.equals("0")) {
            return Integer.parseInt(number);
        }
        return isForAll(router) ? -1 : router.text("rule").length();
    }

    private static boolean isForAll(Mapping router) {
        return router.text("rule").replaceAll("\\s", "").matches("HostSNI\\([`\"]\\*[`\"]\\)");
    }

    private static boolean isTls(Mapping router) {
        return router.get("tls") != null && !router.text("tls").equals("false");
    }

    private void router(Mapping router) {
        Statement statement = router.statement();
        router.entries().forEach((key, value) -> {
            if (!KEYS.contains(key)) {
                remarks.leftOut(value.statement(), "usher has no such setting of a route");
            }
        });
        boolean tls = isTls(router);
        if (tls && !router.mapping("tls").text("passthrough").equals("true")) {
            remarks.leftOut(
                    statement,
                    "terminates TLS, and usher passes TLS on: keep this part in Traefik, and give usher a route");
            return;
        }
        List<Match> matches = matches(router);
        String pool = remarks.tried(place(router, "service"), () -> services.pool(router.text("service")));
        if (matches.isEmpty() || pool == null) {
            return;
        }
        List<String> on = router.texts("entrypoints").isEmpty() ? points.names() : router.texts("entrypoints");
        if (on.isEmpty()) {
            on = List.of("https");
        }
        for (String point : on) {
            ListenerDraft listener = points.listener(point, statement);
            if (listener != null && tls) {
                addTls(router, matches, pool, listener);
            } else if (listener != null) {
                addPlain(router, pool, listener);
            }
        }
    }

    /** The alternatives of a rule, without alternatives unknown to usher. */
    private List<Match> matches(Mapping router) {
        Statement rule = place(router, "rule");
        List<Alternative> alternatives = remarks.tried(rule, () -> TraefikRule.read(router.text("rule")));
        List<Match> matches = new ArrayList<>();
        for (Alternative each : alternatives == null ? List.<Alternative>of() : alternatives) {
            Match match = remarks.tried(rule, each::match);
            if (match != null) {
                matches.add(match);
            }
        }
        return matches;
    }

    private static Statement place(Mapping router, String key) {
        Node value = router.get(key);
        return value == null ? router.statement() : value.statement();
    }

    /** A router without TLS takes every connection of an entry point, or every connection that is not TLS. */
    private void addPlain(Mapping router, String pool, ListenerDraft listener) {
        Rule rule = new Rule(router.statement(), null, pool, null, List.of(), List.of());
        if (!isForAll(router)) {
            remarks.leftOut(router.statement(), "usher has a single pool for connections that are not TLS");
        } else if (listener.type().needsPool()) {
            remarks.leftOut(router.statement(), "connections go by an earlier router already");
        } else if (listener.hasRules() || listener.otherwise() != null) {
            listener.notTls(NotTls.Protocol.OTHER, rule);
        } else {
            listener.type(ListenerType.TCP);
            listener.otherwise(rule);
        }
    }

    private void addTls(Mapping router, List<Match> matches, String pool, ListenerDraft listener) {
        List<Cidr> sources = sources(router);
        if (sources == null) {
            return;
        }
        Statement rule = place(router, "rule");
        for (Match match : matches) {
            match.differences().forEach(difference -> remarks.changed(rule, difference));
            List<Cidr> allow = new ArrayList<>(match.allow());
            allow.addAll(sources);
            if (!match.allow().isEmpty() && !sources.isEmpty()) {
                remarks.leftOut(
                        rule, "usher has one list of sources for a route: the rule's and the middleware's are one");
            }
            if (match.everyName()) {
                addForAll(rule, match, allow, pool, listener);
            } else {
                match.patterns().forEach(pattern -> add(rule, pattern, match, allow, pool, listener));
            }
        }
    }

    private void add(
            Statement rule,
            @Nullable RoutePattern pattern,
            Match match,
            List<Cidr> allow,
            String pool,
            ListenerDraft listener) {
        if (match.alpn().isEmpty()) {
            listener.add(new Rule(rule, pattern, pool, null, allow, match.deny()));
        } else if (!allow.isEmpty() || !match.deny().isEmpty()) {
            remarks.leftOut(rule, "a protocol's pool has no sources of its own in usher");
        } else {
            match.alpn()
                    .forEach(protocol -> listener.add(new Rule(rule, pattern, pool, protocol, List.of(), List.of())));
        }
    }

    private void addForAll(Statement rule, Match match, List<Cidr> allow, String pool, ListenerDraft listener) {
        if (!match.alpn().isEmpty()) {
            add(rule, null, match, allow, pool, listener);
        } else if (listener.otherwise() != null) {
            remarks.leftOut(
                    rule,
                    "names without a rule go by line "
                            + listener.otherwise().statement().line() + " already");
        } else {
            listener.otherwise(new Rule(rule, null, pool, null, allow, match.deny()));
        }
    }

    /** The sources of the middlewares; null if no source could be read, and the route must not be open. */
    private @Nullable List<Cidr> sources(Mapping router) {
        List<Cidr> sources = new ArrayList<>();
        for (String written : router.texts("middlewares")) {
            String name = written.replaceFirst("@.*", "").toLowerCase(Locale.ROOT);
            usedMiddlewares.add(name);
            Mapping middleware = tcp.mapping("middlewares").mapping(name);
            List<String> blocks =
                    new ArrayList<>(middleware.mapping("ipallowlist").texts("sourcerange"));
            blocks.addAll(middleware.mapping("ipwhitelist").texts("sourcerange"));
            if (blocks.isEmpty()) {
                remarks.leftOut(middleware.statement(), "the middleware " + written + " is no list of sources");
            }
            blocks.forEach(block -> remarks.tried(middleware.statement(), () -> sources.add(Cidr.parse(block))));
            if (!blocks.isEmpty() && sources.isEmpty()) {
                return null;
            }
        }
        return sources;
    }
}
