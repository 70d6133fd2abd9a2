package dev.usher;

import dev.usher.config.HostPort;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.NotTls;
import dev.usher.config.PoolConfig;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.pool.Backend;
import dev.usher.pool.ByName;
import dev.usher.pool.Pool;
import dev.usher.pool.PoolWatcher;
import dev.usher.relay.Routing;
import dev.usher.route.Decision;
import dev.usher.route.RouteQuery;
import dev.usher.route.Trace;
import dev.usher.view.Candidate;
import dev.usher.view.Explanation;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Explains the routing of a hello, by the steps of a session. */
public final class Explainer {
    private Explainer() {}

    /** Explains by a configuration alone, with the state of backends unknown. */
    public static Explanation explain(UsherConfig config, RouteQuery asked) {
        Map<String, Pool> pools = new LinkedHashMap<>();
        config.pools().forEach((name, pool) -> pools.put(name, new Pool(pool, 1, PoolWatcher.NONE, () -> {})));
        return explain(Routing.of(config, pools), asked, serve -> unknown(config, asked, serve));
    }

    /** Explains by the routing in force, with the present state of its backends. */
    static Explanation explain(Routing routing, RouteQuery asked, long nowNanos) {
        return explain(routing, asked, serve -> candidates(routing.config(), asked, serve, nowNanos));
    }

    private static Explanation explain(
            Routing routing, RouteQuery asked, Function<Decision.Serve, List<Candidate>> candidates) {
        List<String> steps = new ArrayList<>();
        Decision decision = routing.routes().decide(asked, step -> steps.add(step.get()));
        return new Explanation(
                decision,
                steps,
                elsewhere(routing, asked, decision),
                switch (decision) {
                    case Decision.Serve serve -> candidates.apply(serve);
                    case Decision.Refuse _ -> List.of();
                },
                lookup(routing.config(), asked, decision));
    }

    /**
     * Listeners with another outcome for the same hello, listeners for the hello of Postgres, then pools for clients of
     * the listener without TLS; in words.
     */
    private static List<String> elsewhere(Routing routing, RouteQuery asked, Decision here) {
        ListenerConfig listener = routing.config().listeners().get(asked.listener());
        return Stream.of(
                        onOtherListeners(routing, asked, here),
                        ofPostgres(routing, asked),
                        listener == null ? Stream.<String>empty() : withoutTls(listener))
                .flatMap(words -> words)
                .toList();
    }

    private static Stream<String> ofPostgres(Routing routing, RouteQuery asked) {
        return speakingAlike(routing, asked)
                .filter(listener -> listener.notTls().postgres() != null)
                .map(listener ->
                        listener.name() + ", " + NotTls.Postgres.KEY + ": " + outcomeOn(listener, routing, asked));
    }

    private static Stream<String> withoutTls(ListenerConfig listener) {
        return listener.poolsBesideTls().entrySet().stream()
                .map(each -> listener.name() + ", " + each.getKey() + ": pool " + each.getValue());
    }

    private static Stream<String> onOtherListeners(Routing routing, RouteQuery asked, Decision here) {
        String outcome = outcome(here);
        return speakingAlike(routing, asked)
                .map(listener -> listener.name() + ": " + outcomeOn(listener, routing, asked))
                .filter(text -> !text.substring(text.indexOf(' ') + 1).equals(outcome));
    }

    /** Listeners whose clients begin as the client in question. */
    private static Stream<ListenerConfig> speakingAlike(Routing routing, RouteQuery asked) {
        Map<String, ListenerConfig> listeners = routing.config().listeners();
        ListenerConfig asking = listeners.get(asked.listener());
        ListenerType type = asking == null ? ListenerType.TLS : asking.type();
        return listeners.values().stream().filter(listener -> listener.type().speaksLike(type));
    }

    private static String outcomeOn(ListenerConfig listener, Routing routing, RouteQuery asked) {
        return outcome(routing.routes().decide(asked.on(listener.name()), Trace.NONE));
    }

    private static String outcome(Decision decision) {
        return switch (decision) {
            case Decision.Serve serve -> "pool " + serve.pool().name();
            case Decision.Refuse(Decision.Refusal why, String _, boolean _)
            when why == Decision.Refusal.REDIRECT -> "sent to https";
            case Decision.Refuse refuse ->
                "refused, " + CloseReason.of(refuse.why()).word();
        };
    }

    private static List<Candidate> unknown(UsherConfig config, RouteQuery asked, Decision.Serve serve) {
        PoolConfig pool = serve.pool().config();
        if (pool.isTemplate()) {
            return List.of(asked(address(config, asked, serve), true, "looked up once a client comes"));
        }
        return pool.backends().stream()
                .map(backend -> new Candidate(
                        backend.address().toString(), null, false, "state unknown: only a running usher knows it"))
                .toList();
    }

    // ---- the backend that the client names ----

    /** The address that the client leads to; null if the name makes no address. */
    private static @Nullable HostPort address(UsherConfig config, RouteQuery asked, Decision.Serve serve) {
        ListenerConfig listener = config.listeners().get(asked.listener());
        return listener == null
                ? null
                : serve.address(asked.name(), listener.bind().getFirst() instanceof HostPort tcp ? tcp.port() : 0);
    }

    private static Candidate asked(@Nullable HostPort address, boolean takesSessions, String text) {
        return address == null
                ? new Candidate("", null, false, "the name makes no address")
                : new Candidate(address.toString(), null, takesSessions, text);
    }

    private static ByName.@Nullable Outcome lookup(UsherConfig config, RouteQuery asked, Decision decision) {
        ByName.Found known =
                decision instanceof Decision.Serve serve ? known(serve, address(config, asked, serve)) : null;
        return known == null ? null : known.outcome();
    }

    private static ByName.@Nullable Found known(Decision.Serve serve, @Nullable HostPort address) {
        ByName byName = serve.pool().byName();
        return byName == null || address == null ? null : byName.known(address);
    }

    private static List<Candidate> candidates(
            UsherConfig config, RouteQuery asked, Decision.Serve serve, long nowNanos) {
        if (serve.pool().byName() == null) {
            return candidates(serve.pool(), asked, nowNanos);
        }
        HostPort address = address(config, asked, serve);
        ByName.Found known = known(serve, address);
        if (known == null) {
            return List.of(asked(address, true, "not looked up lately"));
        }
        return known.pool() == null
                ? List.of(asked(address, false, known.text()))
                : candidates(known.pool(), asked, nowNanos);
    }

    // ---- the backends of the pool ----

    private static List<Candidate> candidates(Pool pool, RouteQuery asked, long nowNanos) {
        List<Backend> available = pool.backends().stream()
                .filter(backend -> backend.unavailable() == null)
                .toList();
        boolean backupsServe =
                available.stream().allMatch(backend -> backend.config().backup());
        Backend foreseen = pool.foreseen(pool.clientHash(new InetSocketAddress(asked.client(), 0)));
        return pool.backends().stream()
                .map(backend -> candidate(pool, backend, backupsServe, foreseen, nowNanos))
                .toList();
    }

    private static Candidate candidate(
            Pool pool, Backend backend, boolean backupsServe, @Nullable Backend foreseen, long nowNanos) {
        String unavailable = backend.unavailable();
        if (unavailable != null) {
            return of(backend, false, unavailable);
        }
        if (backend.config().backup() && !backupsServe) {
            return of(backend, false, "backup, used only while no other backend can take a session");
        }
        int slow = pool.slowStartPercent(backend, nowNanos);
        String share = slow == 100 ? "" : ", at " + slow + "% of its share (slow start)";
        return switch (pool.config().balance()) {
            case ROUND_ROBIN -> of(backend, true, "weight " + backend.weight() + share + " (round-robin)");
            case LEAST_CONNECTIONS ->
                of(backend, true, open(backend) + ", weight " + backend.weight() + share + " (least-connections)");
            case RANDOM_TWO ->
                of(backend, true, open(backend) + ", weight " + backend.weight() + share + " (random-two)");
            case CLIENT_HASH ->
                of(
                        backend,
                        true,
                        backend == foreseen
                                ? "chosen for this client's address (client-hash)"
                                : "for other clients; this client goes to " + foreseen + share + " (client-hash)");
            case FIRST ->
                backend == foreseen
                        ? of(backend, true, "the first that can take a session (first)")
                        : of(backend, false, "only while " + foreseen + " cannot take a session (first)");
        };
    }

    private static String open(Backend backend) {
        return Units.counted(backend.open(), "session") + " open";
    }

    private static Candidate of(Backend backend, boolean takesSessions, String text) {
        return new Candidate(backend.name(), backend.state(), takesSessions, text);
    }
}
