package dev.usher.relay;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.usher.config.UsherConfig;
import dev.usher.pool.Draws;
import dev.usher.testing.TestPools;
import dev.usher.testing.TestUsher;
import dev.usher.time.Clock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadLocalRandom;
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
    private static final UsherConfig CONFIG =
            TestUsher.of().backend(TestUsher.anyBackend()).perClientIp(1, 0, 0).config();
    private static final Routing ROUTING = Routing.of(CONFIG, TestPools.of(CONFIG));
    /** A mebibyte: one for all states, each with a client of its own. */
    private static final ClientLimits LIMITS = new ClientLimits(Clock.SYSTEM, Draws.OF_THREADS);

    private final InetAddress client = anybody();
    private int oneAt;
    private int otherAt;

    private static InetAddress anybody() {
        byte[] address = new byte[4];
        ThreadLocalRandom.current().nextBytes(address);
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private int admit() {
        return LIMITS.admit(client, ROUTING, 0);
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
