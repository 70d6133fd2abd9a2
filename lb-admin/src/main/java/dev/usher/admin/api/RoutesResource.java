package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.Looks;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.ProblemException;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.HttpRule;
import dev.usher.config.ListenerConfig;
import dev.usher.config.OwnRoutes;
import dev.usher.config.RouteConfig;
import dev.usher.config.Silent;
import dev.usher.config.Spelling;
import dev.usher.config.Target;
import dev.usher.config.UsherConfig;
import dev.usher.metrics.Traffic;
import dev.usher.view.PoolView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code /routes}. */
public final class RoutesResource {
    /** Kinds of ways that no pattern leads to. */
    private static final Set<String> WITHOUT_PATTERN = Set.of("default", "no_sni", "not_tls", Silent.ROUTE);

    private final LoadBalancer balancer;

    public RoutesResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Routes(List<Route> routes, int matching, int total) {}

    /**
     * @param listener owner of the route; null for a route of the file
     * @param origin the source of the route; null for the file
     */
    private record Route(
            String name,
            String kind,
            @Nullable String listener,
            @Nullable String pool,
            String action,
            Map<String, String> alpn,
            List<String> allow,
            List<String> deny,
            List<String> listeners,
            @Nullable String http,
            @Nullable String template,
            @Nullable String origin,
            int serving,
            int backends,
            long sessionsTotal,
            long receivedBytesTotal,
            long sentBytesTotal,
            double sessionsPerSecond,
            double bytesPerSecond) {}

    /** {@code GET}. */
    public Object list(Question question) throws ProblemException {
        Filter filter = question.filter();
        List<Route> all = new Listing(balancer.looks(), balancer.looks().config(), pools()).all();
        List<Route> routes = all.stream()
                .filter(route -> filter.passes(route.name(), route.pool(), route.listener()))
                .toList();
        return new Routes(question.page(routes), routes.size(), all.size());
    }

    private Map<String, PoolView> pools() {
        Map<String, PoolView> pools = new HashMap<>();
        balancer.looks().pools().forEach(pool -> pools.put(pool.name(), pool));
        return pools;
    }

    /** The routes in the order of a decision: a listener's own, the file's, the file's defaults. */
    private static final class Listing {
        private final Looks looks;
        private final UsherConfig config;
        private final Map<String, PoolView> pools;
        private final List<Route> routes = new ArrayList<>();

        Listing(Looks looks, UsherConfig config, Map<String, PoolView> pools) {
            this.looks = looks;
            this.config = config;
            this.pools = pools;
        }

        List<Route> all() {
            config.listeners().values().forEach(this::addOwn);
            config.routes().forEach(route -> add(null, route));
            add(null, "default", config.defaultRoute());
            add(null, "no_sni", config.noSniRoute());
            return routes;
        }

        private void addOwn(ListenerConfig listener) {
            OwnRoutes own = listener.own();
            listener.poolsBesideTls().forEach((word, pool) -> addBesideTls(listener.name(), word, pool));
            own.routes().forEach(route -> add(listener.name(), route));
            add(listener.name(), "default", own.defaultRoute());
            add(listener.name(), "no_sni", own.noSniRoute());
        }

        /** A way of clients that send no hello, by the word of the access log. */
        private void addBesideTls(String listener, String word, String pool) {
            String kind = word.equals(Silent.ROUTE) ? word : "not_tls";
            add(listener, word, kind, "pool", Target.of(pool), List.of(), null);
        }

        private void add(@Nullable String listener, RouteConfig route) {
            String kind = Spelling.snake(route.pattern().kind());
            add(listener, route.pattern().text(), kind, "pool", route.target(), route.listeners(), route.http());
        }

        private void add(@Nullable String listener, String name, @Nullable Fallback fallback) {
            if (fallback != null) {
                add(
                        listener,
                        name,
                        name,
                        Spelling.snake(fallback.action()),
                        fallback.target(),
                        List.of(),
                        fallback.http());
            }
        }

        private void add(
                @Nullable String listener,
                String name,
                String kind,
                String action,
                @Nullable Target target,
                List<String> listeners,
                @Nullable HttpRule http) {
            PoolView pool = target == null ? null : pools.get(target.pool());
            Traffic.Figures traffic = WITHOUT_PATTERN.contains(kind)
                    ? looks.defaultTraffic(listener, name)
                    : looks.routeTraffic(listener, name);
            routes.add(new Route(
                    name,
                    kind,
                    listener,
                    target == null ? null : target.pool(),
                    action,
                    target == null ? Map.of() : target.alpn(),
                    target == null ? List.of() : texts(target.allow()),
                    target == null ? List.of() : texts(target.deny()),
                    listener == null ? listeners : List.of(listener),
                    http == null ? null : http.toString(),
                    pool == null || pool.template() == null
                            ? null
                            : pool.template().toString(),
                    target == null ? null : config.originOf(target.pool()),
                    pool == null ? 0 : pool.serving(),
                    pool == null ? 0 : pool.backends().size(),
                    traffic.sessions(),
                    traffic.receivedBytes(),
                    traffic.sentBytes(),
                    Text.rate(traffic.sessionsPerSecond()),
                    Text.rate(traffic.bytesPerSecond())));
        }

        private static List<String> texts(List<Cidr> blocks) {
            return blocks.stream().map(Cidr::toString).toList();
        }
    }
}
