package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.config.Address;
import dev.usher.config.ListenerConfig;
import dev.usher.config.Spelling;
import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import dev.usher.pool.SocketText;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /listeners}. */
public final class ListenersResource {
    private final LoadBalancer balancer;

    public ListenersResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Listeners(List<Listener> listeners) {}

    private record Listener(
            String name,
            String type,
            List<String> bind,
            List<String> addresses,
            @Nullable String pool,
            String acceptProxyProtocol,
            int maxConnections,
            long open,
            long acceptedTotal,
            Map<String, Long> endedTotal,
            Percentiles hello) {}

    /** {@code GET}. */
    public Object list(Question question) {
        Map<String, List<SocketAddress>> addresses = balancer.looks().listening();
        List<Listener> listeners = new ArrayList<>();
        balancer.looks().listeners().forEach((name, counted) -> {
            ListenerConfig config = balancer.looks().config().listeners().get(name);
            if (config != null) { // null if a reload has just removed the listener
                listeners.add(listener(config, addresses.getOrDefault(name, List.of()), counted));
            }
        });
        return new Listeners(listeners);
    }

    private static Listener listener(ListenerConfig config, List<SocketAddress> addresses, ListenerSnapshot counted) {
        return new Listener(
                config.name(),
                Spelling.snake(config.type()),
                config.bind().stream().map(Address::toString).toList(),
                addresses.stream().map(SocketText::of).toList(),
                config.pool(),
                Spelling.snake(config.acceptProxyProtocol()),
                config.maxConnections(),
                counted.open(),
                counted.accepted(),
                counted.ended(),
                Percentiles.of(counted.hello()));
    }
}
