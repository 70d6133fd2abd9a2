package dev.usher.pool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.usher.config.PoolConfig;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPools;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A worker picks while the backends of the pool are replaced. */
@JCStressTest
@Outcome(
        id = {"1", "2"},
        expect = ACCEPTABLE,
        desc = "the backend before, or the backend after")
@Outcome(expect = FORBIDDEN, desc = "no backend, or one that counts no session")
@State
public class PublishRace {
    private static final List<Roster.Member> MEMBERS =
            TestPools.members(PoolConfigBuilder.of("pool").weights(1, 1).build());
    private static final PoolConfig CONFIG =
            PoolConfigBuilder.of("pool").weights(1).build();

    private final Pool pool = TestPools.of(CONFIG, 1);

    @Actor
    public void worker(I_Result result) {
        Backend picked = pool.pick(0, List.of());
        result.r1 = picked == null || picked.open() != 1
                ? 0
                : picked.name().charAt(picked.name().length() - 1) - '0';
    }

    @Actor
    public void reload() {
        pool.roster().setBackends(List.of(MEMBERS.get(1)), 0);
    }
}
