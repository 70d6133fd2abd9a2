package dev.usher;

import dev.usher.config.Transport;
import dev.usher.config.UsherConfig;
import dev.usher.event.Event;
import dev.usher.event.Events;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import dev.usher.metrics.MetricsSnapshot.PoolSnapshot;
import dev.usher.metrics.Totals;
import dev.usher.metrics.Traffic;
import dev.usher.pool.Pool;
import dev.usher.relay.ListenerCounts;
import dev.usher.relay.Routing;
import dev.usher.relay.WayTraffic;
import dev.usher.route.RouteQuery;
import dev.usher.time.Clock;
import dev.usher.upkeep.BackendNames;
import dev.usher.view.BackendView;
import dev.usher.view.CoalescingHazard;
import dev.usher.view.ConnectionView;
import dev.usher.view.ConnectionsView;
import dev.usher.view.Explanation;
import dev.usher.view.FailedSession;
import dev.usher.view.FailingName;
import dev.usher.view.FailuresView;
import dev.usher.view.LimitHit;
import dev.usher.view.LoopDelay;
import dev.usher.view.NameCount;
import dev.usher.view.PoolView;
import dev.usher.view.TopNames;
import dev.usher.watch.Certificates;
import dev.usher.watch.LimitWatch;
import dev.usher.workers.Failures;
import dev.usher.workers.Listening;
import dev.usher.workers.LoopDelays;
import dev.usher.workers.MergedNames;
import dev.usher.workers.OpenSessions;
import dev.usher.workers.Snapshots;
import dev.usher.workers.Workers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Questions to a load balancer that change nothing. Any thread but a worker's; where an answer needs the workers, they
 * are asked by mail.
 */
public final class Looks {
    private final Supplier<Routing> routing;
    private final Clock clock;
    private final Workers workers;
    private final Listening listening;
    private final OpenSessions sessions;
    private final LoopDelays loopDelays;
    private final Events events;
    private final LimitWatch limits;
    private final BackendNames names;
    private final Certificates certificates;

    Looks(
            Supplier<Routing> routing,
            Clock clock,
            Workers workers,
            Listening listening,
            OpenSessions sessions,
            Events events,
            LimitWatch limits,
            BackendNames names,
            Certificates certificates) {
        this.routing = routing;
        this.clock = clock;
        this.workers = workers;
        this.listening = listening;
        this.sessions = sessions;
        this.loopDelays = new LoopDelays(workers, clock);
        this.events = events;
        this.limits = limits;
        this.names = names;
        this.certificates = certificates;
    }

    /** The configuration in force. */
    public UsherConfig config() {
        return routing.get().config();
    }

    /** Addresses of each listener, with the ports chosen by the system for port 0. */
    public Map<String, List<SocketAddress>> listening() {
        return listening.addresses();
    }

    /** The TCP addresses of {@link #listening}, of listeners with such an address. */
    public Map<String, List<InetSocketAddress>> addresses() {
        Map<String, List<InetSocketAddress>> tcp = new LinkedHashMap<>();
        listening()
                .forEach((name, all) -> all.forEach(each -> {
                    if (each instanceof InetSocketAddress address) {
                        tcp.computeIfAbsent(name, _ -> new ArrayList<>()).add(address);
                    }
                }));
        return tcp;
    }

    /** The workers' way to the kernel's sockets. */
    public Transport transport() {
        return workers.transport();
    }

    /** Connections open now, on every kind of listener. */
    public int openSessions() {
        return sessions.count();
    }

    /** Every counter so far, merged over the workers. */
    public MetricsSnapshot snapshot() {
        return Snapshots.of(listening.states(), routing.get().pools(), workers);
    }

    /** The counters of one pool so far, merged over the workers; null if the pool is unknown. */
    public @Nullable PoolSnapshot snapshot(String pool) {
        Pool found = routing.get().pools().get(pool);
        return found == null ? null : Snapshots.of(found);
    }

    /** The counters of each listener in force, by name, in the order of the configuration. */
    public Map<String, ListenerSnapshot> listeners() {
        Map<String, ListenerSnapshot> counted = new LinkedHashMap<>();
        for (String name : routing.get().config().listeners().keySet()) {
            ListenerCounts state = listening.states().get(name);
            if (state != null) { // it is there in a moment
                counted.put(name, Snapshots.of(state));
            }
        }
        return counted;
    }

    /** Sums of the counters so far. Cheap however many pools exist: suitable for once a second. */
    public Totals totals() {
        return Snapshots.totals(listening.states(), routing.get().pools(), workers);
    }

    /** The traffic of a route, of every client. */
    public Traffic.Figures routeTraffic(@Nullable String listener, String pattern) {
        return routeTraffic(listener, pattern, false).plus(routeTraffic(listener, pattern, true));
    }

    /** A part of the traffic of a route, as {@link WayTraffic#route} says. */
    public Traffic.Figures routeTraffic(@Nullable String listener, String pattern, boolean requests) {
        return routing.get().traffic().route(listener, pattern, requests);
    }

    /** The traffic of a default, of every client. */
    public Traffic.Figures defaultTraffic(@Nullable String listener, String word) {
        return defaultTraffic(listener, word, false).plus(defaultTraffic(listener, word, true));
    }

    /** A part of the traffic of a default, as {@link WayTraffic#fallback} says. */
    public Traffic.Figures defaultTraffic(@Nullable String listener, String word, boolean requests) {
        return routing.get().traffic().fallback(listener, word, requests);
    }

    /** The traffic of a listener with a pool of its own. */
    public Traffic.Figures listenerTraffic(String name) {
        return routing.get().traffic().listener(name);
    }

    /** Every pool with its backends, in their present state. */
    public List<PoolView> pools() {
        long now = clock.nanos();
        return routing.get().pools().values().stream()
                .map(pool -> PoolView.of(pool, now))
                .toList();
    }

    /** A pool with its backends, in their present state. Throws like {@link BackendControl#setAdminState}. */
    public PoolView pool(String name) {
        return PoolView.of(BackendControl.pool(routing.get(), name), clock.nanos());
    }

    /** A backend in its present state. Throws like {@link BackendControl#setAdminState}. */
    public BackendView backend(String pool, String address) {
        Pool found = BackendControl.pool(routing.get(), pool);
        return BackendView.of(found, BackendControl.backend(found, address), clock.nanos());
    }

    /**
     * Lists open connections. Workers take short steps, so no session waits for the list, whatever its length.
     *
     * @param wanted filter for open connections, called on the caller's thread
     * @param limit the most connections to list: the newest that match
     * @throws IOException if a worker does not answer
     */
    public ConnectionsView connections(Predicate<ConnectionView> wanted, int limit) throws IOException {
        return sessions.list(wanted, limit);
    }

    /**
     * The server names most asked for by clients, with and without a route.
     *
     * @param wanted filter for remembered names
     * @param limit the most names to list
     * @throws IOException if a worker does not answer
     */
    public TopNames names(Predicate<NameCount> wanted, int limit) throws IOException {
        return MergedNames.top(workers, clock, wanted, limit);
    }

    /**
     * The last sessions that failed.
     *
     * @param wanted filter for remembered sessions, called on the caller's thread
     * @param limit the most sessions to list: the newest that match
     * @throws IOException if a worker does not answer
     */
    public FailuresView failures(Predicate<FailedSession> wanted, int limit) throws IOException {
        return Failures.last(workers, clock, wanted, limit);
    }

    /**
     * The time a task waits for each worker, by the worker's index. Measured now: waits up to a second for a stuck
     * worker.
     */
    public List<LoopDelay> loopDelays() {
        return loopDelays.measure();
    }

    /** The limits being hit, or hit within the last minute. */
    public List<LimitHit> limitsHit() {
        return limits.hits();
    }

    /** Host names of backends without an address, each with the time of the first failure. */
    public List<FailingName> failingNames() {
        return names.failing();
    }

    /** The last events, oldest first. */
    public List<Event> events() {
        return events.all();
    }

    /** The sequence of the last event; 0 before the first. Costs nothing. */
    public long lastEvent() {
        return events.last();
    }

    /**
     * Names that browsers may send to the wrong pool, by the certificates seen by probes.
     *
     * @param most upper bound of the list: a wildcard certificate on every backend makes a hazard for each pair of
     * backend and route
     */
    public List<CoalescingHazard> coalescingHazards(int most) {
        return certificates.hazards(most);
    }

    /** Explains the routing of a hello now. */
    public Explanation explain(RouteQuery asked) {
        return Explainer.explain(routing.get(), asked, clock.nanos());
    }
}
