package dev.usher.sim;

/** The keeper's thread: comes by soon after somebody has asked, and as long as something changes with time. */
final class SimKeeper {
    private static final long MILLI = 1_000_000;
    private static final long ASKED_NANOS = 20 * MILLI;
    private static final long AGAIN_NANOS = 100 * MILLI;

    private final House house;
    private final SimNetwork network;
    private final Trace trace;
    private long dueNanos = Long.MAX_VALUE;

    SimKeeper(House house, SimNetwork network, Trace trace) {
        this.house = house;
        this.network = network;
        this.trace = trace;
    }

    /** When the next round is; {@link Long#MAX_VALUE} for none. */
    long dueNanos() {
        return dueNanos;
    }

    /** Whether somebody has asked meanwhile. */
    void listen() {
        if (house.takeKeeperAsked()) {
            dueNanos = Math.min(dueNanos, network.now() + ASKED_NANOS);
        }
    }

    void keepIfDue() {
        if (dueNanos - network.now() <= 0) {
            keep();
        }
    }

    void keep() {
        trace.note("keeper", "keeps");
        network.ledger().roll().kept();
        dueNanos = house.keep() ? network.now() + AGAIN_NANOS : Long.MAX_VALUE;
    }
}
