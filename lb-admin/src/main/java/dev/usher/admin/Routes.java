package dev.usher.admin;

import dev.usher.admin.attention.Attention;
import dev.usher.admin.http.Heavy;
import dev.usher.admin.http.Late;
import dev.usher.admin.http.Problem;
import dev.usher.admin.metrics.Scrape;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.Lifecycle;
import dev.usher.admin.web.PlainLogin;
import dev.usher.admin.web.PlainPage;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RoutingHandler;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.util.List;

/** Maps paths of the admin side to handlers. */
final class Routes {
    private static final String API = "/api/v1";

    /** Routes; {@code false} keeps path variables out of the query parameters. */
    private final RoutingHandler routes = new RoutingHandler(false);

    private Routes(Lifecycle lifecycle) {
        Health health = new Health(lifecycle);
        read("/livez", health::live);
        read("/readyz", health::ready);
        read("/healthz", health::ready);
        routes.setInvalidMethodHandler(Routes::refuseMethod);
    }

    /** Routes while the process starts: health only. */
    static HttpHandler ofStart(Lifecycle lifecycle) {
        return new Routes(lifecycle)
                .routes.setFallbackHandler(exchange -> Problem.of(503, "usher is starting: ask again in a moment")
                        .send(exchange));
    }

    static HttpHandler of(AdminSubject subject, AdminServer server, Attention attention, List<Api.Entry> operations) {
        Routes all = new Routes(server.lifecycle());
        all.read("/", server.dashboard());
        all.read("/ui", server.dashboard());
        all.read("/ui/*", server.dashboard());
        all.read("/assets/*", server.dashboard());
        all.read(PlainLogin.PATH, new PlainPage(subject.balancer(), subject.source(), attention));
        all.add(Methods.POST, PlainLogin.PATH, new PlainLogin(server.access(), Api.onLogin(subject.balancer())));
        Late<Scrape> scrape = new Late<>(() -> new Scrape(subject));
        all.read("/metrics", new Heavy("metrics", exchange -> scrape.get().handleRequest(exchange)));
        operations.forEach(entry -> all.add(entry.method(), API + entry.path(), entry.handler()));
        return all.routes.setFallbackHandler(
                exchange -> Problem.of(404, "there is nothing here; " + API + "/openapi.yaml lists the operations")
                        .send(exchange));
    }

    private void read(String path, HttpHandler handler) {
        add(Methods.GET, path, handler);
        add(Methods.HEAD, path, handler);
    }

    private void add(HttpString method, String path, HttpHandler handler) {
        routes.add(method, path, handler);
    }

    private static void refuseMethod(HttpServerExchange exchange) {
        Problem.of(405, exchange.getRequestMethod() + " has no meaning for " + exchange.getRequestPath())
                .send(exchange);
    }
}
