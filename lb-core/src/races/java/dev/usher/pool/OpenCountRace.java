package dev.usher.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Sessions of two workers begin and end on a backend without a limit, and a worker looks. */
@JCStressTest
@Outcome(
        id = {"0, 0", "1, 0"},
        expect = ACCEPTABLE,
        desc = "as many as are open, and none in the end")
@Outcome(expect = FORBIDDEN, desc = "fewer than none, or a session that is never counted down")
@State
public class OpenCountRace {
    private final Backend backend = Backends.withPlaces(0);

    private void session() {
        backend.take();
        backend.release();
    }

    @Actor
    public void one() {
        session();
    }

    @Actor
    public void other(II_Result result) {
        session();
        result.r1 = backend.open();
    }

    @Arbiter
    public void end(II_Result result) {
        result.r2 = backend.open();
    }
}
