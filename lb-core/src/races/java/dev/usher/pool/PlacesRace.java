package dev.usher.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/** Two workers want the last place of a backend. */
@JCStressTest
@Outcome(
        id = {"true, false, 1", "false, true, 1"},
        expect = ACCEPTABLE,
        desc = "one of them has it")
@Outcome(expect = FORBIDDEN, desc = "both have it, or neither, or the count leaks")
@State
public class PlacesRace {
    private final Backend backend = Backends.withPlaces(2);

    public PlacesRace() {
        backend.take();
    }

    @Actor
    public void one(ZZI_Result result) {
        result.r1 = backend.take();
    }

    @Actor
    public void other(ZZI_Result result) {
        result.r2 = backend.take();
    }

    /** One place stays taken when one of two sessions has ended. */
    @Arbiter
    public void end(ZZI_Result result) {
        backend.release();
        result.r3 = backend.open();
    }
}
