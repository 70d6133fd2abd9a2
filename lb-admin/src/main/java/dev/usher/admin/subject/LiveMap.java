package dev.usher.admin.subject;

import dev.usher.LoadBalancer;
import dev.usher.Looks;
import dev.usher.map.FileMap;
import dev.usher.map.Flow;
import dev.usher.map.NameMap;
import dev.usher.map.NameMap.Group;
import dev.usher.map.NameMap.Stop;
import dev.usher.map.Standing;
import dev.usher.map.WayFlows;
import dev.usher.metrics.Traffic;
import dev.usher.view.BackendView;
import dev.usher.view.PoolView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The map of a running usher: the configuration in force, with states and traffic. */
public final class LiveMap {
    private LiveMap() {}

    /** The map of now. */
    public static NameMap of(LoadBalancer balancer) {
        Looks looks = balancer.looks();
        Map<String, PoolView> pools = new HashMap<>();
        looks.pools().forEach(pool -> pools.put(pool.name(), pool));
        NameMap map = FileMap.of(balancer.looks().config(), flows(looks));
        return new NameMap(
                map.listeners(),
                map.groups().stream()
                        .map(group -> live(group, pools.get(group.pool())))
                        .toList(),
                map.refusals(),
                null);
    }

    private static WayFlows flows(Looks looks) {
        return new WayFlows() {
            @Override
            public Flow route(@Nullable String listener, String pattern, boolean requests) {
                return flow(looks.routeTraffic(listener, pattern, requests));
            }

            @Override
            public Flow fallback(@Nullable String listener, String word, boolean requests) {
                return flow(looks.defaultTraffic(listener, word, requests));
            }

            @Override
            public Flow listener(String name) {
                return flow(looks.listenerTraffic(name));
            }
        };
    }

    private static Flow flow(Traffic.Figures figures) {
        return new Flow(figures.sessionsPerSecond(), figures.bytesPerSecond());
    }

    /** The group as of the file if a reload has just brought the pool. */
    private static Group live(Group group, @Nullable PoolView pool) {
        if (pool == null) {
            return group;
        }
        if (pool.template() != null) {
            return group; // the file knows as much of the backends
        }
        List<Stop> stops = pool.backends().stream().map(LiveMap::stop).toList();
        return new Group(
                group.pool(),
                group.named(),
                pool.serving() + " of " + stops.size() + " serving",
                standing(pool, stops),
                group.ways(),
                null,
                stops,
                null);
    }

    private static Standing standing(PoolView pool, List<Stop> stops) {
        if (pool.isDown()) {
            return Standing.DOWN;
        }
        boolean faulty = stops.stream().anyMatch(stop -> stop.standing().needsALook());
        return faulty ? Standing.DEGRADED : Standing.UP;
    }

    private static Stop stop(BackendView backend) {
        List<String> settings = new ArrayList<>();
        if (!backend.configuredName().equals(backend.address())) {
            settings.add(backend.configuredName());
        }
        if (backend.backup()) {
            settings.add("backup");
        }
        BackendView.Counts counts = backend.counts();
        return new Stop(
                backend.address(),
                String.join(", ", settings),
                standing(backend),
                backend.trouble() == null ? backend.reason() : backend.trouble().text(),
                flow(counts.traffic()));
    }

    private static Standing standing(BackendView backend) {
        return switch (backend.state()) {
            case UP -> backend.trouble() == null ? Standing.UP : Standing.DEGRADED;
            case UNPROBED -> Standing.UNPROBED;
            case DOWN -> Standing.DOWN;
            case EJECTED -> Standing.EJECTED;
            case DRAINING -> Standing.DRAINING;
            case DISABLED -> Standing.DISABLED;
        };
    }
}
