package dev.usher.pool;

import dev.usher.config.Balance;
import dev.usher.testing.PoolConfigBuilder;
import dev.usher.testing.TestPools;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a session pays for its backend: the hash of its client, the choice, and the count of open sessions up and down. Two
 * workers share the pool. {@code mvn -Pbench -pl lb-core} runs it. More than 200 ns, or a byte allocated, is a
 * fault.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class PickBenchmark {
    /** How the pool chooses. */
    @Param
    public Balance balance = Balance.ROUND_ROBIN;

    /** Backends of the pool. */
    @Param({"1", "2", "10", "100"})
    public int backends;

    /** Open sessions that each backend has for each unit of its weight, give or take one. */
    @Param({"0", "20"})
    public int busy;

    private Pool pool = pool(Balance.ROUND_ROBIN, 1);
    private final InetSocketAddress client = new InetSocketAddress("10.1.2.3", 4711);

    private static Pool pool(Balance balance, int backends) {
        int[] weights = IntStream.range(0, backends).map(i -> 1 + i % 3).toArray();
        return TestPools.of(
                PoolConfigBuilder.of("web").balance(balance).weights(weights).build(), 2);
    }

    /** Makes the pool. */
    @Setup
    public void start() {
        pool = pool(balance, backends);
        Random random = new Random(backends); // the same loads each time, and none in an order that is easy to guess
        for (Backend backend : pool.backends()) {
            for (int open = busy == 0 ? 0 : busy * backend.weight() + random.nextInt(3) - 1; open > 0; open--) {
                backend.take();
            }
        }
    }

    private Backend pickAndRelease() {
        Backend picked = Objects.requireNonNull(pool.pick(pool.clientHash(client), List.of()));
        picked.release();
        return picked;
    }

    /** One worker. */
    @Benchmark
    @Threads(1)
    public Object alone() {
        return pickAndRelease();
    }

    /** Two workers, each on a core. */
    @Benchmark
    @Threads(2)
    public Object shared() {
        return pickAndRelease();
    }
}
