package dev.usher.route;

import dev.usher.config.Address;
import dev.usher.config.BackendConfig;
import dev.usher.config.Expectation;
import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.UsherConfig;
import dev.usher.name.ServerName;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares the outcomes of a configuration with the outcomes that the author expects. */
public final class Expected {
    /** Steps of an explanation: the last ones decide, and a name of many labels has a step for each. */
    private static final int MAX_STEPS = 4;

    private static final int MAX_ADDRESSES = 3;

    private final UsherConfig config;
    private final RouteTable routes;

    /** Builds the routes of a configuration. */
    public Expected(UsherConfig config) {
        this.config = config;
        Map<String, Pool> pools = new LinkedHashMap<>();
        config.pools().forEach((name, pool) -> pools.put(name, new Pool(pool, 1, PoolWatcher.NONE, () -> {})));
        this.routes = new RouteTable(config, pools);
    }

    /**
     * The outcome for a client, where another outcome is expected.
     *
     * @param outcome in words, such as {@code pool web}, {@code reject}
     * @param why the last steps of the decision, in words
     * @param denied whether the lists of a route or default exclude the client
     */
    public record Instead(String outcome, String why, boolean denied) {}

    /** Null if the client gets what is expected. */
    public @Nullable Instead instead(RouteQuery asked, String expected) {
        ListenerConfig listener = config.listeners().get(asked.listener());
        if (listener != null && listener.pool() != null) {
            return listener.pool().equals(expected)
                    ? null
                    : new Instead("pool " + listener.pool(), "listener " + listener.name() + " is of type tcp", false);
        }
        List<String> steps = new ArrayList<>();
        Decision decision = routes.decide(asked, step -> steps.add(step.get()));
        boolean met = switch (decision) {
            case Decision.Serve serve -> leadsTo(serve, asked, listener, expected);
            case Decision.Refuse refuse -> word(refuse.why()).equals(expected);
        };
        return met ? null : new Instead(outcome(decision, expected), why(steps), isDenied(decision));
    }

    /** The route for a client's name; null without a route. */
    public @Nullable RouteConfig route(RouteQuery asked) {
        ServerName name = asked.name();
        return name == null ? null : routes.on(asked.listener()).find(name.name(), name.ipLiteral(), _ -> {});
    }

    private static boolean leadsTo(
            Decision.Serve serve, RouteQuery asked, @Nullable ListenerConfig listener, String expected) {
        if (serve.pool().name().equals(expected)) {
            return true;
        }
        if (serve.pool().config().isTemplate()) {
            int port = listener != null && listener.bind().getFirst() instanceof HostPort bound
                    ? bound.port()
                    : HostPort.NO_PORT;
            return expected.equals(String.valueOf(serve.address(asked.name(), port)));
        }
        return serve.pool().config().backends().stream().anyMatch(backend -> isAt(backend.address(), expected));
    }

    private static boolean isAt(Address backend, String expected) {
        return expected.equals(backend.toString());
    }

    /** Where an address is expected, with the addresses of the pool. */
    private static String outcome(Decision decision, String expected) {
        return switch (decision) {
            case Decision.Serve serve ->
                "pool " + serve.pool().name()
                        + (expected.indexOf(':') < 0
                                ? ""
                                : addresses(serve.pool().config().backends()));
            case Decision.Refuse refuse -> word(refuse.why());
        };
    }

    private static String addresses(List<BackendConfig> backends) {
        return backends.stream()
                .limit(MAX_ADDRESSES)
                .map(backend -> backend.address().toString())
                .collect(Collectors.joining(", ", " (", backends.size() > MAX_ADDRESSES ? ", ...)" : ")"));
    }

    private static String word(Decision.Refusal why) {
        return switch (why) {
            case NO_SNI, UNKNOWN_NAME, DENIED, PORT, NO_PLAIN -> Expectation.REJECT;
            case NO_SNI_SILENT, UNKNOWN_NAME_SILENT -> Expectation.CLOSE;
            case REDIRECT -> Expectation.REDIRECT;
        };
    }

    private static boolean isDenied(Decision decision) {
        return decision instanceof Decision.Refuse refuse && refuse.why() == Decision.Refusal.DENIED;
    }

    private static String why(List<String> steps) {
        return String.join("; ", steps.subList(Math.max(0, steps.size() - MAX_STEPS), steps.size()));
    }
}
