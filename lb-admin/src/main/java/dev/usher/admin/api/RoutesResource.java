package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.ProblemException;
import dev.usher.config.Cidr;
import dev.usher.config.Fallback;
import dev.usher.config.RouteConfig;
import dev.usher.config.Spelling;
import dev.usher.config.UsherConfig;
import dev.usher.view.PoolView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /routes}. */
public final class RoutesResource {
    private final LoadBalancer balancer;

    public RoutesResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Routes(List<Route> routes, int matching, int total) {}

    private record Route(
            String name,
            String kind,
            @Nullable String pool,
            String action,
            Map<String, String> alpn,
            List<String> allow,
            List<String> deny,
            List<String> listeners,
            int serving,
            int backends) {}

    /** {@code GET}. */
    public Object list(Question question) throws ProblemException {
        Filter filter = question.filter();
        UsherConfig config = balancer.config();
        Map<String, PoolView> pools = new HashMap<>();
        balancer.looks().pools().forEach(pool -> pools.put(pool.name(), pool));
        List<Route> routes = Stream.concat(
                        config.routes().stream().map(route -> route(route, pools)),
                        Stream.of(
                                fallback("default", config.defaultRoute(), pools),
                                fallback("no_sni", config.noSniRoute(), pools)))
                .filter(route -> filter.passes(route.name(), route.pool()))
                .toList();
        return new Routes(question.page(routes), routes.size(), config.routes().size() + 2);
    }

    private static Route route(RouteConfig route, Map<String, PoolView> pools) {
        PoolView pool = pools.get(route.pool());
        return new Route(
                route.pattern().text(),
                Spelling.snake(route.pattern().kind()),
                route.pool(),
                "pool",
                route.alpn(),
                route.allow().stream().map(Cidr::toString).toList(),
                route.deny().stream().map(Cidr::toString).toList(),
                route.listeners(),
                pool == null ? 0 : pool.serving(),
                pool == null ? 0 : pool.backends().size());
    }

    private static Route fallback(String name, Fallback fallback, Map<String, PoolView> pools) {
        PoolView pool = fallback.pool() == null ? null : pools.get(fallback.pool());
        return new Route(
                name,
                name,
                fallback.pool(),
                Spelling.snake(fallback.action()),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                pool == null ? 0 : pool.serving(),
                pool == null ? 0 : pool.backends().size());
    }
}
