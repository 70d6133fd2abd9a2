package dev.usher.server;

import dev.usher.admin.subject.RefusedClient;
import dev.usher.config.BackendConfig;
import dev.usher.config.HostPort;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.PoolConfig;
import dev.usher.config.Printable;
import dev.usher.config.RouteConfig;
import dev.usher.config.RoutePattern;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.opening.HttpOpening;
import dev.usher.route.Decision;
import dev.usher.route.RouteQuery;
import dev.usher.route.Typed;
import dev.usher.view.Candidate;
import dev.usher.view.Explanation;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Output of {@code usher explain}. */
final class ExplanationText {
    /**
     * @param exitCode of the command
     */
    record Answer(String text, int exitCode) {}

    private final UsherConfig config;
    private final ListenerConfig listener;
    private final StringBuilder out = new StringBuilder();

    ExplanationText(UsherConfig config, ListenerConfig listener) {
        this.config = config;
        this.listener = listener;
    }

    /** The text for a listener that reads no name. */
    String ofTcp() {
        line("listener " + listener.name() + " is of type tcp: it reads no server name and forwards every connection");
        line("");
        pool(Objects.requireNonNull(listener.pool(), "of type tcp"));
        return out.toString();
    }

    /** The text for a host that is not a server name. */
    Answer ofNoName(Typed typed, RouteQuery asked) {
        question(typed.host(), asked);
        typed.remarks().forEach(step -> line("  " + step));
        line("");
        return refused(CloseReason.INVALID_NAME, List.of());
    }

    Answer of(Typed typed, RouteQuery asked, Explanation explanation) {
        question(String.valueOf(asked.name()), asked);
        typed.remarks().forEach(step -> line("  " + step));
        explanation.steps().forEach(step -> line("  " + step));
        RouteConfig route = winner(explanation.decision());
        if (route != null) {
            others(asked, route);
        }
        if (!config.sources().isEmpty()) {
            line("  names that sources bring are not in the file: --live asks the running usher");
        }
        line("");
        return switch (explanation.decision()) {
            case Decision.Serve serve -> served(serve, route, explanation);
            case Decision.Refuse refuse
            when refuse.why() == Decision.Refusal.REDIRECT -> redirected(asked, typed.path());
            case Decision.Refuse refuse -> refused(CloseReason.of(refuse.why()), explanation.elsewhere());
        };
    }

    private void question(String host, RouteQuery asked) {
        String port = asked.port() == HostPort.NO_PORT ? "" : " port " + asked.port();
        String from = asked.client() == null
                ? ""
                : ", from " + IpAddress.text(asked.client().getAddress());
        line(host + port + " on listener " + asked.listener() + from
                + (asked.protocols().isEmpty() ? "" : ", offering " + String.join(", ", asked.protocols())));
    }

    private Answer redirected(RouteQuery asked, String path) {
        dev.usher.http.Answer answer =
                HttpOpening.redirect(listener.http(), Objects.requireNonNull(asked.name()), path);
        line("redirect  to " + answer.location());
        line("client    sees " + RefusedClient.sees(answer));
        return new Answer(out.toString(), ExitCode.OK);
    }

    private Answer served(Decision.Serve serve, @Nullable RouteConfig route, Explanation explanation) {
        line("route     " + serve.route());
        if (serve.pool().config().isTemplate()) {
            named(serve.pool().config(), explanation.candidates().getFirst());
        } else {
            pool(serve.pool().name());
        }
        elsewhere(explanation.elsewhere());
        return new Answer(out.toString(), route == null ? ExitCode.DEFAULT_ROUTE : ExitCode.OK);
    }

    private Answer refused(CloseReason reason, List<String> elsewhere) {
        line("refused   " + reason.word());
        line("client    sees " + RefusedClient.sees(reason, listener.type()));
        elsewhere(elsewhere);
        return new Answer(out.toString(), ExitCode.REFUSED);
    }

    // ---- routes ----

    /** The route that decided; null if a fallback decided. */
    private @Nullable RouteConfig winner(Decision decision) {
        @Nullable
        String pattern = switch (decision) {
            case Decision.Serve serve -> serve.byRoute() ? serve.route() : null;
            case Decision.Refuse refuse -> refuse.byRoute() ? refuse.route() : null;
        };
        return config.routesOn(listener).stream()
                .filter(route -> route.pattern().text().equals(pattern))
                .findFirst()
                .orElse(null);
    }

    /** Prints the other routes that match the name. */
    private void others(RouteQuery asked, RouteConfig winner) {
        String name = String.valueOf(asked.name());
        boolean ofListener = listener.own().routes().contains(winner);
        for (RouteConfig route : listener.own().routes()) {
            if (!route.equals(winner) && covers(route.pattern(), name)) {
                other(route, winner.pattern().text() + " is more specific");
            }
        }
        for (RouteConfig route : config.routes()) {
            if ((ofListener || !route.equals(winner)) && route.isOn(listener.name()) && covers(route.pattern(), name)) {
                other(
                        route,
                        ofListener
                                ? "routes of listener " + listener.name() + " come first"
                                : winner.pattern().text() + " is more specific");
            }
        }
    }

    private void other(RouteConfig route, String why) {
        line("  route " + route.pattern().text() + " matches too, but " + why);
    }

    private void elsewhere(List<String> others) {
        String label = "elsewhere ";
        for (String other : others) {
            line(label + other);
            label = "          ";
        }
    }

    private static boolean covers(RoutePattern pattern, String name) {
        boolean self = name.equals(pattern.name());
        boolean below = name.endsWith("." + pattern.name());
        return switch (pattern.kind()) {
            case EXACT -> self;
            case BELOW -> below;
            case SELF_AND_BELOW -> self || below;
        };
    }

    // ---- backends ----

    private void pool(String name) {
        PoolConfig pool = Objects.requireNonNull(config.pools().get(name), "checked by the configuration");
        line("pool      " + name);
        List<BackendConfig> primary =
                pool.backends().stream().filter(backend -> !backend.backup()).toList();
        List<BackendConfig> backups =
                pool.backends().stream().filter(BackendConfig::backup).toList();
        int weights = primary.stream().mapToInt(BackendConfig::weight).sum();
        String label = "backends  ";
        for (BackendConfig backend : primary) {
            line(label + backend.address() + limit(backend) + share(pool, backend, primary.size(), weights));
            label = "          ";
        }
        for (BackendConfig backend : backups) {
            line(label + backend.address() + limit(backend) + ": backup"
                    + (primary.isEmpty() ? "" : ", only while no other backend can take a session"));
            label = "          ";
        }
        line("chosen    " + choice(pool, primary.isEmpty() ? backups : primary));
    }

    private void named(PoolConfig pool, Candidate named) {
        line("pool      " + pool.name());
        line("backends  " + pool.template() + limit(pool.backends().getFirst()) + ": the client names the backend");
        line("chosen    " + (named.address().isEmpty() ? "" : named.address() + ", ") + named.text()
                + "; public addresses only" + (pool.addressRules().to().isEmpty() ? "" : ", and those in to"));
    }

    private static String limit(BackendConfig backend) {
        return backend.maxConnections() == BackendConfig.NO_LIMIT
                ? ""
                : " (at most " + backend.maxConnections() + " connections)";
    }

    private static String share(PoolConfig pool, BackendConfig backend, int backends, int weights) {
        return switch (pool.balance()) {
            case FIRST -> "";
            case ROUND_ROBIN, LEAST_CONNECTIONS, RANDOM_TWO, CLIENT_HASH ->
                backends == 1 ? "" : ": weight " + backend.weight() + " of " + weights;
        };
    }

    private static String choice(PoolConfig pool, List<BackendConfig> candidates) {
        String first = String.valueOf(candidates.getFirst().address());
        if (candidates.size() == 1) {
            return first + ", the only one";
        }
        return switch (pool.balance()) {
            case ROUND_ROBIN -> "each in turn, by weight (round-robin)";
            case LEAST_CONNECTIONS -> "the one with the fewest open sessions for its weight (least-connections)";
            case RANDOM_TWO -> "of two at random, the one with fewer open sessions (random-two)";
            case CLIENT_HASH -> "by the client's address, so that a client stays with its backend (client-hash)";
            case FIRST -> first + ", and the next one only while it cannot take a session (first)";
        };
    }

    private void line(String text) {
        out.append(Printable.of(text)).append('\n');
    }
}
