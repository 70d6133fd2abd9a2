package dev.usher.epoll;

import java.util.Random;
import org.junit.jupiter.api.Assumptions;

/** Providers with a ring for tests: also a single output goes through it. */
public final class Rings {
    /** The reason why the system refuses io_uring, as many containers do; empty if it does not. */
    public static final String REFUSAL = refusal();

    private Rings() {}

    private static String refusal() {
        try {
            return EpollProvider.withRing().hasRing() ? "" : "a provider without a ring";
        } catch (UnsupportedOperationException refused) {
            return String.valueOf(refused.getMessage());
        }
    }

    /** Skips a test where the system refuses. */
    static void need() {
        if (!REFUSAL.isEmpty()) {
            System.err.println("SKIPPED: " + REFUSAL);
        }
        Assumptions.assumeTrue(REFUSAL.isEmpty(), REFUSAL);
    }

    public static EpollProvider always() {
        return new EpollProvider(calls -> new Outputs(calls, new Ring(calls), Together.ALL));
    }

    /** A part of the sends is short, and a part of all answers is late. */
    public static EpollProvider faulty() {
        return new EpollProvider(calls -> {
            Random random = new Random(7);
            Ring ring = new FaultyRing(calls, _ -> switch (random.nextInt(4)) {
                case 0 -> FaultyRing.Fault.SHORT;
                case 1 -> FaultyRing.Fault.LATE;
                default -> FaultyRing.Fault.NONE;
            });
            return new Outputs(calls, ring, Together.ALL);
        });
    }
}
