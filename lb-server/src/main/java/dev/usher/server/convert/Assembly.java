package dev.usher.server.convert;

import dev.usher.config.ClientHelloConfig;
import dev.usher.config.Fallback;
import dev.usher.config.HostPort;
import dev.usher.config.HttpConfig;
import dev.usher.config.HttpRule;
import dev.usher.config.LimitsConfig;
import dev.usher.config.ListenerConfig;
import dev.usher.config.LoggingConfig;
import dev.usher.config.NotTls;
import dev.usher.config.OwnRoutes;
import dev.usher.config.PoolConfig;
import dev.usher.config.PublicSuffix;
import dev.usher.config.ReloadConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Silent;
import dev.usher.config.Target;
import dev.usher.config.Transport;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.server.convert.draft.Draft;
import dev.usher.server.convert.draft.ListenerDraft;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Request;
import dev.usher.server.convert.draft.Rule;
import dev.usher.server.convert.draft.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes the records of a {@link Draft}. */
final class Assembly {
    private final Draft draft;
    private final boolean inOrder;
    private final Remarks remarks;
    private final ConfigNames listenerNames = new ConfigNames("listener");
    private final Map<ListenerDraft, String> names = new HashMap<>();
    private final ConfigNames poolNames = new ConfigNames("pool");
    private final Map<String, PoolConfig> pools = new LinkedHashMap<>();
    private final Map<ListenerDraft, ListenerConfig> listeners = new LinkedHashMap<>();
    private List<RouteConfig> routes = List.of();
    private Fallback defaultRoute = Fallback.REJECT;
    private Fallback noSniRoute = Fallback.REJECT;

    private Assembly(Draft draft, boolean inOrder) {
        this.draft = draft;
        this.inOrder = inOrder;
        this.remarks = draft.remarks();
    }

    /**
     * The configuration; null if nothing of the draft can be served.
     *
     * @param inOrder whether the peer takes the first matching rule
     */
    static @Nullable UsherConfig of(Draft draft, boolean inOrder) {
        return new Assembly(draft, inOrder).config();
    }

    private @Nullable UsherConfig config() {
        List<DraftRoutes> tls = new ArrayList<>();
        List<ListenerDraft> http = new ArrayList<>();
        for (ListenerDraft listener : draft.listeners()) {
            switch (listener.type()) {
                case TLS -> tls.add(new DraftRoutes(listener, inOrder, remarks));
                case TCP -> addPlain(listener);
                case HTTP -> http.add(listener);
                case SOCKS, CONNECT -> throw new IllegalStateException("no reader has such a listener");
            }
        }
        addTls(tls.stream().filter(this::serves).toList());
        http.forEach(this::addHttp); // needs the routes of the rest
        return listeners.isEmpty() ? null : whole();
    }

    private UsherConfig whole() {
        Map<String, ListenerConfig> named = new LinkedHashMap<>();
        draft.listeners().stream()
                .map(listeners::get)
                .filter(Objects::nonNull)
                .forEach(listener -> named.put(listener.name(), listener));
        return new UsherConfig(
                named,
                routes,
                defaultRoute,
                noSniRoute,
                pools,
                Map.of(),
                LimitsConfig.DEFAULT.withMaxConnections(draft.maxConnections()),
                UsherConfig.ONE_WORKER_PER_CORE,
                Transport.AUTO,
                ShutdownConfig.DEFAULT,
                ReloadConfig.DEFAULT,
                AdminPort.beside(named.values(), pools.values()),
                LoggingConfig.DEFAULT);
    }

    private boolean serves(DraftRoutes routing) {
        boolean empty = routing.isEmpty() && !routing.listener().servesOthers();
        if (empty) {
            remarks.leftOut(routing.listener().statement(), "no name is left that goes anywhere");
        }
        return !empty && !free(routing.listener()).isEmpty();
    }

    // ---- listeners ----

    private void addPlain(ListenerDraft listener) {
        Rule rule = listener.otherwise();
        if (rule == null) {
            remarks.leftOut(listener.statement(), "no backend is named");
        } else if (!listener.allow().isEmpty() || !listener.deny().isEmpty()) {
            remarks.leftOut(
                    listener.statement(), "a listener of type tcp cannot have allow or deny, and must not be open");
        } else {
            List<HostPort> binds = free(listener);
            if (!binds.isEmpty()) {
                add(listener, ListenerConfig.tcp(name(listener, binds), binds, pool(rule.pool())));
            }
        }
    }

    private void addHttp(ListenerDraft listener) {
        List<HostPort> binds = free(listener);
        List<RouteConfig> own = own(listener);
        Fallback others = others(listener);
        if (routes.isEmpty() && own.isEmpty() && others == null) {
            remarks.leftOut(listener.statement(), "usher redirects names with a route, and none is left");
        } else if (!binds.isEmpty()) {
            if (others == null) {
                remarks.changed(listener.statement(), "usher redirects names that have a route, and refuses others");
            }
            HttpConfig usual = HttpConfig.DEFAULT;
            add(
                    listener,
                    ListenerConfig.http(name(listener, binds), binds)
                            .withHttp(new HttpConfig(
                                    usual.timeout(),
                                    usual.maxSizeBytes(),
                                    listener.redirect(),
                                    usual.httpsPort(),
                                    ofAll(listener)))
                            .withOwn(new OwnRoutes(own, others, null)));
        }
    }

    /** The default of requests; null if only names with a route are served. */
    private @Nullable Fallback others(ListenerDraft listener) {
        Rule rule = listener.otherwise();
        HttpRule requests = listener.defaultRequests();
        return rule == null || requests == null
                ? null
                : Fallback.to(guarded(Target.of(pool(rule.pool())), true, rule.statement()))
                        .withHttp(renamed(requests));
    }

    /** The same treatment with the file's name of the pool. */
    private HttpRule renamed(HttpRule rule) {
        String pool = pool(Objects.requireNonNull(rule.pool()));
        return new HttpRule(rule.action(), pool, rule.forwardedHeaders(), rule.websocket());
    }

    /** The treatment of requests for any name with a route. */
    private HttpRule ofAll(ListenerDraft listener) {
        HttpRule rule = HttpRule.REDIRECT;
        for (Request request : listener.requests()) {
            if (request.pattern() != null) {
                continue;
            }
            if (rule.equals(HttpRule.REDIRECT)) {
                rule = renamed(request.rule());
            } else {
                remarks.leftOut(request.statement(), "requests of every name have a pool already");
            }
        }
        return rule;
    }

    /** Routes of names with a treatment of their requests. */
    private List<RouteConfig> own(ListenerDraft listener) {
        Map<String, RouteConfig> own = new LinkedHashMap<>();
        for (Request request : listener.requests()) {
            RoutePattern pattern = request.pattern();
            if (pattern == null) {
                continue;
            }
            if (own.containsKey(pattern.canonical())) {
                remarks.leftOut(request.statement(), "requests of " + pattern.text() + " have a pool already");
            } else {
                HttpRule rule = renamed(request.rule());
                String pool = Objects.requireNonNull(rule.pool());
                own.put(
                        pattern.canonical(),
                        RouteConfig.of(pattern.text(), guarded(Target.of(pool), true, request.statement()))
                                .withHttp(rule));
            }
        }
        return List.copyOf(own.values());
    }

    /** The routes of the listener with the most are those of the file; a listener with others has its own. */
    private void addTls(List<DraftRoutes> all) {
        DraftRoutes main = all.stream()
                .max(Comparator.comparingInt(each -> each.routes().size()))
                .orElse(null);
        if (main == null) {
            return;
        }
        List<Object> routing = main.routing();
        List<String> on = new ArrayList<>();
        boolean alike = true;
        for (DraftRoutes each : all) {
            List<HostPort> binds = free(each.listener());
            if (binds.isEmpty()) {
                continue;
            }
            ListenerConfig listener = tls(each.listener(), binds);
            boolean own = !each.routing().equals(routing);
            alike &= !own;
            if (!own) {
                on.add(listener.name());
            }
            add(each.listener(), own ? listener.withOwn(own(each)) : listener);
        }
        setMain(main, alike ? List.of() : on);
    }

    private void setMain(DraftRoutes main, List<String> on) {
        List<String> http = draft.listeners().stream()
                .filter(listener ->
                        listener.type().speaksHttp() && !free(listener).isEmpty())
                .map(listener -> name(listener, free(listener)))
                .toList();
        List<String> named =
                on.isEmpty() ? on : Stream.concat(on.stream(), http.stream()).toList();
        routes = records(main).stream().map(route -> route.withListeners(named)).toList();
        defaultRoute = fallback(main.otherwise());
        noSniRoute = nameless(main.nameless());
    }

    private OwnRoutes own(DraftRoutes routing) {
        return new OwnRoutes(records(routing), fallback(routing.otherwise()), nameless(routing.nameless()));
    }

    private List<RouteConfig> records(DraftRoutes routing) {
        return routing.routes().stream()
                .map(route -> RouteConfig.of(route.pattern().text(), guarded(route)))
                .toList();
    }

    private Fallback fallback(@Nullable RouteDraft draft) {
        return draft == null
                ? Fallback.REJECT
                : Fallback.to(guarded(draft.target(this::pool), true, draft.statement()));
    }

    /** A hello without a name cannot fill in a template. */
    private Fallback nameless(@Nullable RouteDraft draft) {
        return draft == null || draft.target(this::pool).pools().stream().anyMatch(this::isTemplate)
                ? Fallback.REJECT
                : fallback(draft);
    }

    private Target guarded(RouteDraft route) {
        RoutePattern pattern = route.pattern();
        Target target = route.target(this::pool);
        boolean wide = pattern.kind() != RoutePattern.Kind.EXACT && PublicSuffix.is(pattern.name());
        boolean byProtocol = target.alpn().values().stream().anyMatch(this::isTemplate);
        return guarded(target, wide || byProtocol, route.statement());
    }

    /** @param any whether a client may name any host */
    private Target guarded(Target target, boolean any, Statement at) {
        boolean named = target.pools().stream().anyMatch(this::isTemplate);
        return named ? OpenProxy.guarded(target, any, at, draft) : target;
    }

    private boolean isTemplate(String pool) {
        return Objects.requireNonNull(pools.get(pool), pool).isTemplate();
    }

    private ListenerConfig tls(ListenerDraft listener, List<HostPort> binds) {
        ClientHelloConfig usual = ClientHelloConfig.DEFAULT;
        Duration timeout = listener.helloTimeout() == null ? usual.timeout() : listener.helloTimeout();
        ListenerConfig tls = ListenerConfig.tls(name(listener, binds), binds)
                .withClientHello(new ClientHelloConfig(timeout, usual.maxSizeBytes()));
        if (listener.servesOthers()
                && (!listener.allow().isEmpty() || !listener.deny().isEmpty())) {
            remarks.leftOut(
                    listener.statement(), "clients that are not TLS cannot have allow or deny, and must not be let in");
            return tls;
        }
        return withOthers(tls, listener, timeout);
    }

    /** Adds the pools for clients that send no hello. */
    private ListenerConfig withOthers(ListenerConfig tls, ListenerDraft listener, Duration timeout) {
        Map<NotTls.Protocol, String> others = new EnumMap<>(NotTls.Protocol.class);
        listener.notTls().forEach((protocol, rule) -> {
            String pool = pool(rule.pool());
            if (isTemplate(pool)) {
                remarks.leftOut(rule.statement(), "clients that are not TLS give no name to go to");
            } else {
                others.put(protocol, pool);
            }
        });
        ListenerConfig with = tls.withNotTls(new NotTls(
                others.get(NotTls.Protocol.SSH),
                others.get(NotTls.Protocol.OPENVPN),
                null,
                others.get(NotTls.Protocol.OTHER)));
        Rule silent = listener.silent();
        if (silent == null) {
            return with;
        }
        Duration half = timeout.dividedBy(2);
        Duration after = half.compareTo(Silent.DEFAULT_AFTER) < 0 ? half : Silent.DEFAULT_AFTER;
        remarks.changed(silent.statement(), "a client without a word goes there after " + Units.text(after));
        return with.withSilent(new Silent(pool(silent.pool()), after));
    }

    private void add(ListenerDraft draft, ListenerConfig listener) {
        listeners.put(
                draft,
                listener.withMaxConnections(draft.maxConnections())
                        .withOptions(draft.options())
                        .withProxyProtocol(draft.acceptProxyProtocol(), draft.trusted()));
    }

    /** Addresses not taken by an earlier listener. */
    private List<HostPort> free(ListenerDraft listener) {
        List<HostPort> free = new ArrayList<>();
        for (HostPort bind : listener.binds()) {
            boolean clash = Stream.concat(
                            free.stream(), listeners.values().stream().flatMap(earlier -> earlier.bind().stream()))
                    .anyMatch(bind::clashesWith);
            if (clash) {
                remarks.leftOut(listener.statement(), bind + " has a listener already");
            } else {
                free.add(bind);
            }
        }
        if (listener.binds().isEmpty()) {
            remarks.leftOut(listener.statement(), "nothing is left to listen on");
        }
        return free;
    }

    // ---- names ----

    /** The peer's name, but the usual name for the usual listener. */
    private String name(ListenerDraft listener, List<HostPort> binds) {
        boolean usual = listener.type().speaksTls()
                && binds.equals(ListenerConfig.DEFAULT.bind())
                && draft.listeners().size() == 1;
        return names.computeIfAbsent(
                listener, _ -> listenerNames.fresh(usual ? ListenerConfig.DEFAULT.name() : listener.name()));
    }

    /** The name of a pool, as part of the configuration from now on. */
    private String pool(String name) {
        String pool = poolNames.of(name);
        pools.computeIfAbsent(
                pool, _ -> Objects.requireNonNull(draft.pool(name), name).build(pool, draft.resolve(), remarks));
        return pool;
    }
}
