package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.config.ListenerConfig;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.server.Foreground.Running;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Log lines at the start of serving. */
final class StartLines {
    private static final Logger log = LoggerFactory.getLogger(StartLines.class);

    private StartLines() {}

    static void write(Running running) {
        LoadBalancer balancer = running.balancer();
        UsherConfig config = balancer.looks().config();
        balancer.looks().listening().forEach((name, addresses) -> {
            ListenerConfig listener = config.listeners().get(name);
            if (listener != null) {
                log.info(
                        "listener {}: {} on {}, {}",
                        name,
                        Spelling.of(listener.type()),
                        Summary.of(addresses),
                        destination(config, listener));
            }
        });
        if (running.admin() != null) {
            log.info("dashboard: {}", running.admin().url());
        }
        OptionalLong limit = Descriptors.limit();
        String shortage = limit.isEmpty() ? null : Descriptors.shortage(config, limit.getAsLong());
        if (shortage != null) {
            log.atLevel(Descriptors.isAskedFor(config) ? Level.WARN : Level.INFO)
                    .log("{}", shortage);
        }
        log.info(
                "usher {} is ready: {}, {} on {}, descriptor limit {}",
                Version.number(),
                Summary.of(config),
                Units.counted(config.workerCount(), "worker"),
                Spelling.of(running.balancer().looks().transport()),
                limit.isEmpty() ? "unknown" : limit.getAsLong());
    }

    /** The listener's pool, or a count of routes: the own routes of the listener, and the routes of the file. */
    static String destination(UsherConfig config, ListenerConfig listener) {
        return listener.type().needsPool()
                ? "to pool " + listener.pool()
                : Units.counted(config.routesOn(listener).size(), "route");
    }
}
