package dev.usher.watch;

import dev.usher.time.Clock;
import dev.usher.time.Moment;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The times to ask workers for refusals: after a new refusal alone, and seldom, since an answer copies. For one thread. */
final class RefusalRounds {
    /** Shortest time between questions to the workers. */
    static final Duration PAUSE = Duration.ofSeconds(10);

    /** Covers the rounding of times on the way from one clock to the other. */
    private static final Duration SLACK = Duration.ofSeconds(1);

    private final Clock clock;
    private long counted;
    private long askedNanos;

    RefusalRounds(Clock clock) {
        this.clock = clock;
        this.askedNanos = clock.nanos() - PAUSE.toNanos();
    }

    /**
     * Begins a round.
     *
     * @param refused number of refusals so far
     * @return the time of the last round, for which news is wanted; null if it is not time to ask
     */
    @Nullable
    Instant begin(long refused) {
        long now = clock.nanos();
        if (refused == counted || now - askedNanos < PAUSE.toNanos()) {
            return null;
        }
        Instant before = Moment.now(clock).wall(askedNanos).minus(SLACK);
        counted = refused;
        askedNanos = now;
        return before;
    }
}
