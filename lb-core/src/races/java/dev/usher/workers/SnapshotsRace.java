package dev.usher.workers;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.usher.end.CloseReason;
import dev.usher.metrics.MetricsSnapshot.ListenerSnapshot;
import dev.usher.relay.ListenerCounts;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A session begins and ends while the admin side reads the counts of its listener. */
@JCStressTest
@Outcome(id = "true", expect = ACCEPTABLE, desc = "none has ended that has not begun")
@Outcome(expect = FORBIDDEN, desc = "more have ended than have begun")
@State
public class SnapshotsRace {
    private final ListenerCounts counts = new ListenerCounts("web", 1);
    private final ListenerCounts.OfWorker ours = counts.workers().getFirst();

    @Actor
    public void worker() {
        ours.accepted().increment();
        ours.ended().of(CloseReason.COMPLETED).increment();
    }

    @Actor
    public void reader(Z_Result result) {
        ListenerSnapshot seen = Snapshots.of(counts);
        long ended = seen.ended().values().stream().mapToLong(Long::longValue).sum();
        result.r1 = ended <= seen.accepted();
    }
}
