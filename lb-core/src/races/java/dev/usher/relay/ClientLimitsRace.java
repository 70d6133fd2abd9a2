package dev.usher.relay;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.usher.config.LimitsConfig.PerClientIp;
import dev.usher.pool.Draws;
import dev.usher.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/** Two workers accept connections of one client, who may have one. */
@JCStressTest
@Outcome(
        id = {"1, 0, 1", "0, 1, 1"},
        expect = ACCEPTABLE,
        desc = "one is admitted, and one more after its end")
@Outcome(expect = FORBIDDEN, desc = "both are admitted, or neither, or the end of one is not counted")
@State
public class ClientLimitsRace {
    private static final PerClientIp ONE = new PerClientIp(1, 0, 0);
    /** A mebibyte: one for all states. */
    private static final ClientLimits LIMITS = new ClientLimits(Clock.SYSTEM, Draws.OF_THREADS);

    private static final AtomicLong CLIENTS = new AtomicLong();
    private static final int FINGERPRINT_AT = 44;

    private final long client = anybody();
    private int oneAt;
    private int otherAt;

    /** The hash of a client that shares no slot with another state's. */
    private static long anybody() {
        long number = CLIENTS.incrementAndGet();
        return number << FINGERPRINT_AT | number;
    }

    private int admit() {
        return LIMITS.admit(client, ONE, 0);
    }

    @Actor
    public void one(III_Result result) {
        oneAt = admit();
        result.r1 = oneAt >= 0 ? 1 : 0;
    }

    @Actor
    public void other(III_Result result) {
        otherAt = admit();
        result.r2 = otherAt >= 0 ? 1 : 0;
    }

    @Arbiter
    public void end(III_Result result) {
        LIMITS.release(oneAt);
        LIMITS.release(otherAt);
        int again = admit();
        LIMITS.release(again);
        result.r3 = again >= 0 ? 1 : 0;
    }
}
