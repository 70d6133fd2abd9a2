package dev.usher.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** A worker ejects a backend that a reload removes. */
@JCStressTest
@Outcome(id = "false", expect = ACCEPTABLE, desc = "no place is taken")
@Outcome(expect = FORBIDDEN, desc = "a place for an ejection is lost for good")
@State
public class RemovalRace {
    private final Ejections ejections = new Ejections();
    private final Backend backend = Backends.withPlaces(0);
    private final Serving serving = Backends.serving(backend, Backends.withPlaces(0));

    @Actor
    public void worker() {
        ejections.eject(backend, serving, Backends.EJECTION, 0);
    }

    /** As {@link Roster#remove}. */
    @Actor
    public void reload() {
        backend.setRemoved("gone");
        ejections.readmit(backend);
    }

    @Arbiter
    public void end(Z_Result result) {
        result.r1 = ejections.isAnyTaken();
    }
}
