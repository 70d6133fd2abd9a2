package dev.usher.metrics;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/** A worker counts sessions that begin and end, and the admin side reads the ends first. */
@JCStressTest
@Outcome(
        id = {"0, 0", "0, 1", "0, 2", "1, 1", "1, 2", "2, 2"},
        expect = ACCEPTABLE,
        desc = "none has ended that has not begun")
@Outcome(expect = FORBIDDEN, desc = "more have ended than have begun")
@State
public class CountersRace {
    private final Counter begun = new Counter();
    private final Counter ended = new Counter();

    private void session() {
        begun.increment();
        ended.increment();
    }

    @Actor
    public void worker() {
        session();
        session();
    }

    @Actor
    public void reader(JJ_Result result) {
        result.r1 = ended.get();
        result.r2 = begun.get();
    }
}
