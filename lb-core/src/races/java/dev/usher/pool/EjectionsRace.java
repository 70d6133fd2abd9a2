package dev.usher.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Two workers want to eject the two backends of a pool, which can spare one. */
@JCStressTest
@Outcome(
        id = {"true, false", "false, true"},
        expect = ACCEPTABLE,
        desc = "one is ejected")
@Outcome(expect = FORBIDDEN, desc = "both are ejected, or neither")
@State
public class EjectionsRace {
    private final Ejections ejections = new Ejections();
    private final Backend first = Backends.withPlaces(0);
    private final Backend second = Backends.withPlaces(0);
    private final Serving serving = Backends.serving(first, second);

    @Actor
    public void one(ZZ_Result result) {
        result.r1 = ejections.eject(first, serving, Backends.EJECTION, 0);
    }

    @Actor
    public void other(ZZ_Result result) {
        result.r2 = ejections.eject(second, serving, Backends.EJECTION, 0);
    }
}
