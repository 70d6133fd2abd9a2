package dev.usher.server.convert.traefik;

import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.traefik.Node.Mapping;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** HTTP routers: a redirect to https by a middleware becomes a listener of type http, and every other router stays. */
final class TraefikHttp {
    private static final String KEEP =
            "usher is no HTTP server: keep this part in Traefik, and give usher a route to it";

    private final Mapping http;
    private final TraefikEntryPoints points;
    private final Remarks remarks;
    private final Set<String> usedMiddlewares = new HashSet<>();

    TraefikHttp(Mapping http, TraefikEntryPoints points, Remarks remarks) {
        this.http = http;
        this.points = points;
        this.remarks = remarks;
    }

    void read() {
        http.mapping("routers").entries().forEach((name, router) -> {
            if (!(router instanceof Mapping mapping) || !redirects(mapping)) {
                remarks.leftOut(router.statement(), KEEP);
            }
        });
        http.entries().forEach((key, part) -> {
            if (!(part instanceof Mapping mapping)) {
                remarks.leftOut(part.statement(), KEEP);
            } else if (!key.equals("routers")) {
                mapping.entries().forEach((name, each) -> {
                    if (!key.equals("middlewares") || !usedMiddlewares.contains(name)) {
                        remarks.leftOut(each.statement(), KEEP);
                    }
                });
            }
        });
    }

    /** Takes a router over whose first middleware redirects to https: nothing further is reached. */
    private boolean redirects(Mapping router) {
        List<String> middlewares = router.texts("middlewares");
        if (middlewares.isEmpty() || router.get("tls") != null) {
            return false;
        }
        String name = middlewares.getFirst().replaceFirst("@.*", "").toLowerCase(Locale.ROOT);
        Mapping redirect = http.mapping("middlewares").mapping(name).mapping("redirectscheme");
        List<String> on = router.texts("entrypoints");
        if (!redirect.text("scheme").equals("https") || on.isEmpty()) {
            return false;
        }
        usedMiddlewares.add(name);
        boolean permanent = redirect.text("permanent").equals("true");
        on.forEach(point -> points.redirect(point, router.statement(), permanent ? 308 : 307));
        return true;
    }
}
