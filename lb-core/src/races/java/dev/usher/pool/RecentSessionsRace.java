package dev.usher.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** Sessions of two workers fail on a backend at the same moment, after two that failed before. */
@JCStressTest
@Outcome(id = "4", expect = ACCEPTABLE, desc = "both are noted")
@Outcome(expect = FORBIDDEN, desc = "one is lost")
@State
public class RecentSessionsRace {
    private static final RecentSessions.Outcome FAILED = RecentSessions.Outcome.NOT_CONNECTED;

    private final RecentSessions sessions = new RecentSessions(() -> 1);

    public RecentSessionsRace() {
        sessions.add(FAILED, 0);
        sessions.add(FAILED, 0);
    }

    @Actor
    public void one() {
        sessions.add(FAILED, 1);
    }

    @Actor
    public void other() {
        sessions.add(FAILED, 2);
    }

    @Arbiter
    public void end(I_Result result) {
        RecentSessions.Trouble trouble = sessions.trouble();
        result.r1 = trouble == null ? 0 : trouble.sessions();
    }
}
