package dev.usher.watch;

import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.RecentSessions.Trouble;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Reports backends with passing probes and failing real sessions, and the end of the failures. Workers only count the
 * outcomes of sessions.
 */
public final class TrafficWatch {
    private final Events events;
    /** Backends reported as failing. Used by one thread. */
    private final Set<Backend> failing = new HashSet<>();

    public TrafficWatch(Events events) {
        this.events = events;
    }

    /** Compares with the last look. Called about once a second, by one thread. */
    public void look(Collection<Pool> pools) {
        Set<Backend> seen = new HashSet<>();
        for (Pool pool : pools) {
            for (Backend backend : pool.backends()) {
                Trouble trouble = backend.trouble();
                if (trouble != null) {
                    seen.add(backend);
                }
                if (trouble != null && failing.add(backend)) {
                    events.add(
                            Kind.WARNING,
                            Events.subject(pool, backend),
                            trouble.text() + ", since " + Events.second(trouble.since()) + ", though it is "
                                    + backend.state().word());
                } else if (trouble == null
                        && failing.remove(backend)
                        && backend.state().serves()) {
                    events.add(Kind.BACKEND_UP, Events.subject(pool, backend), "sessions are answered again");
                }
            }
        }
        failing.retainAll(seen); // a removed backend is no news
    }
}
