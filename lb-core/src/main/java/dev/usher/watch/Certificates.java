package dev.usher.watch;

import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.RouteConfig;
import dev.usher.config.Units;
import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.pool.Backend;
import dev.usher.pool.CertificateSeen;
import dev.usher.pool.Pool;
import dev.usher.relay.Routing;
import dev.usher.route.ListenerRoutes;
import dev.usher.route.Trace;
import dev.usher.time.WallClock;
import dev.usher.view.CoalescingHazard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Warnings from the certificates seen by probes: a certificate near its end, or names for which browsers may mix up two
 * pools.
 */
public final class Certificates {
    /** Upper bound of remembered warnings; at the bound, no further warning is given. */
    private static final int MAX_SAID = 10_000;

    private final Supplier<Routing> routing;
    private final Events events;
    private final Set<String> said = ConcurrentHashMap.newKeySet();
    /** Certificates compared with the routes of {@link #comparedWith}. Guarded by this. */
    private final Map<Backend, CertificateSeen> compared = new WeakHashMap<>(); // host names lead to ever new backends

    private @Nullable Routing comparedWith;

    public Certificates(Supplier<Routing> routing, Events events) {
        this.routing = routing;
        this.events = events;
    }

    /** Examines the certificate just shown by a backend, and gives new warnings. */
    public void onSeen(Pool pool, Backend backend) {
        CertificateSeen seen = backend.certificate();
        if (seen == null) {
            return;
        }
        String subject = Events.subject(pool, backend);
        warnOfExpiry(pool.config().healthCheck().warnExpiry(), subject, seen);
        if (isNew(backend, seen)) {
            warnOfHazards(subject, hazards(pool, backend, seen));
        }
    }

    /** Whether the certificate or the routes have changed since the last probe; a probe comes every two seconds. */
    @SuppressWarnings("ReferenceEquality") // each reload makes a new Routing, and comparing contents takes longer
    private synchronized boolean isNew(Backend backend, CertificateSeen seen) {
        Routing now = routing.get();
        if (comparedWith != now) {
            compared.clear();
            comparedWith = now;
        }
        return !seen.equals(compared.put(backend, seen));
    }

    private void warnOfExpiry(@Nullable Duration ahead, String subject, CertificateSeen seen) {
        if (ahead == null) {
            return;
        }
        Instant now = Instant.ofEpochMilli(WallClock.millis());
        Duration left = Duration.between(now, seen.notAfter());
        if (left.isNegative()) {
            once(subject + " ended " + seen.serial(), subject, "its certificate expired on " + seen.notAfter());
        } else if (left.compareTo(ahead) < 0) {
            once(
                    subject + " ends " + seen.serial(),
                    subject,
                    "its certificate expires in " + Units.span(left) + ", on " + seen.notAfter());
        }
    }

    /** Reports the new hazards in a single event: a wildcard over a hundred routes would push other events out. */
    private void warnOfHazards(String subject, List<CoalescingHazard> hazards) {
        List<CoalescingHazard> unsaid = hazards.stream()
                .filter(hazard -> isFirst(hazard.pool() + " " + hazard.route() + " " + hazard.otherPool()))
                .toList();
        if (!unsaid.isEmpty()) {
            int more = unsaid.size() - 1;
            String rest = more == 0 ? "" : "; and those of " + Units.counted(more, "more route");
            events.add(Kind.WARNING, subject, unsaid.getFirst().text() + rest);
        }
    }

    private void once(String key, String subject, String text) {
        if (isFirst(key)) {
            events.add(Kind.WARNING, subject, text);
        }
    }

    /** Whether this warning is new: a probe comes every two seconds, a warning once. */
    private boolean isFirst(String key) {
        return said.size() < MAX_SAID && said.add(key);
    }

    /** The hazards among the certificates seen so far, at most {@code most}. */
    public List<CoalescingHazard> hazards(int most) {
        List<CoalescingHazard> all = new ArrayList<>();
        for (Pool pool : routing.get().pools().values()) {
            for (Backend backend : pool.backends()) {
                if (all.size() >= most) {
                    return all.subList(0, most);
                }
                CertificateSeen seen = backend.certificate();
                if (seen != null) {
                    all.addAll(hazards(pool, backend, seen));
                }
            }
        }
        return all.subList(0, Math.min(most, all.size()));
    }

    private List<CoalescingHazard> hazards(Pool pool, Backend backend, CertificateSeen seen) {
        if (pool.config().healthCheck().isElsewhere()) {
            return List.of(); // clients do not see this certificate
        }
        Routing now = routing.get();
        List<CoalescingHazard> hazards = new ArrayList<>();
        for (ListenerConfig listener : now.config().listeners().values()) {
            if (!listener.type().speaksTls()) {
                continue;
            }
            List<RouteConfig> routes = now.config().routesOn(listener);
            if (routes.stream().noneMatch(route -> route.pool().equals(pool.name()))) {
                continue;
            }
            for (RouteConfig route : routes) {
                if (!route.pool().equals(pool.name())) {
                    covering(seen, route, now.routes().on(listener.name()))
                            .map(name -> new CoalescingHazard(
                                    listener.name(),
                                    pool.name(),
                                    backend.name(),
                                    name,
                                    route.pattern().text(),
                                    route.pool()))
                            .ifPresent(hazards::add);
                }
            }
        }
        return hazards;
    }

    /** A name in a certificate that covers a name served by this route, if any. */
    private static Optional<String> covering(CertificateSeen seen, RouteConfig route, ListenerRoutes routes) {
        return seen.names().stream()
                .filter(name -> switch (route.pattern().kind()) {
                    case EXACT -> coversSelf(name, route, routes);
                    case BELOW -> coversBelow(name, route, routes);
                    case SELF_AND_BELOW -> coversSelf(name, route, routes) || coversBelow(name, route, routes);
                })
                .findFirst();
    }

    private static boolean coversSelf(String name, RouteConfig route, ListenerRoutes routes) {
        String self = route.pattern().name();
        return CertificateSeen.covers(name, self) && route.equals(routes.find(self, isAddress(self), Trace.NONE));
    }

    private static boolean isAddress(String name) {
        return IpAddress.parse(name) != null;
    }

    /**
     * Whether a certificate's name covers names below the route's. Names with a narrower route do not count; a wildcard
     * counts for names without a route of their own.
     */
    private static boolean coversBelow(String name, RouteConfig route, ListenerRoutes routes) {
        if (!name.endsWith("." + route.pattern().name())) {
            return false;
        }
        RouteConfig found = name.startsWith("*.")
                ? routes.findBelow(name.substring(2), Trace.NONE)
                : routes.find(name, false, Trace.NONE);
        return route.equals(found);
    }
}
