package dev.usher.watch;

import dev.usher.metrics.MinuteClock;
import dev.usher.relay.Routing;
import dev.usher.time.Clock;
import java.util.function.Supplier;

/** Samples the counts of ways and backends every few seconds, for their rates over the last minute. */
public final class TrafficSamples {
    private final Clock clock;
    private final Supplier<Routing> routing;
    private final MinuteClock minute;

    public TrafficSamples(Clock clock, Supplier<Routing> routing) {
        this.clock = clock;
        this.routing = routing;
        this.minute = new MinuteClock(clock.nanos());
    }

    /** Takes a sample if due. Called about once a second, by a single thread. */
    public void look() {
        long now = clock.nanos();
        if (!minute.isDue(now)) {
            return;
        }
        MinuteClock.Tick tick = minute.tick(now);
        Routing current = routing.get();
        current.traffic().sample(tick);
        current.pools()
                .values()
                .forEach(pool ->
                        pool.backends().forEach(backend -> backend.counts().sample(tick)));
    }
}
