package dev.usher.sim;

import java.net.InetSocketAddress;

/** The machine of a backend. */
final class SimMachine {
    private static final long MILLI = 1_000_000;

    final InetSocketAddress address;
    final String pool;
    private final Chance chance;
    /** A machine is often either well or in trouble for all of its connections. */
    private final boolean troubled;

    SimMachine(InetSocketAddress address, String pool, Chance chance) {
        this.address = address;
        this.pool = pool;
        this.chance = chance;
        this.troubled = chance.oneIn(2);
    }

    boolean speaksFirst() {
        return pool.equals("p");
    }

    /** The number of bytes that answer usher itself, in front of those for the client. */
    int greetingBytes() {
        return pool.equals(PostgresTalk.POOL) ? SimAnswer.YES.length : 0;
    }

    private boolean hits(SimNetwork network, Fault fault, int oneIn) {
        return network.hits(fault, troubled ? Math.max(2, oneIn / 2) : oneIn * 2);
    }

    Knock knock(SimNetwork network) {
        long at = network.hits(Fault.CONNECT_SLOW, 2) || chance.oneIn(3)
                ? network.now() + chance.below(network.has(Fault.CONNECT_SLOW) ? 4000 : 5) * MILLI
                : network.now();
        if (hits(network, Fault.CONNECT_REFUSED, 4)) {
            return new Knock(address, network.now(), Knock.Answer.REFUSED, at);
        }
        if (hits(network, Fault.CONNECT_UNREACHABLE, 8)) {
            return new Knock(address, network.now(), Knock.Answer.UNREACHABLE, at);
        }
        if (hits(network, Fault.NO_PORTS, 8)) {
            return new Knock(address, network.now(), Knock.Answer.NO_PORT, network.now());
        }
        boolean lost = hits(network, Fault.CONNECT_LOST, 6);
        return new Knock(address, network.now(), Knock.Answer.ACCEPTED, lost ? Long.MAX_VALUE : at);
    }

    SimAnswer.Fate fate(SimNetwork network) {
        if (hits(network, Fault.BACKEND_ALERTS, 6)) {
            return chance.oneIn(2) ? SimAnswer.Fate.ALERTS : SimAnswer.Fate.IS_FAULTY;
        }
        if (hits(network, Fault.BACKEND_LEAVES_EARLY, 4)) {
            return SimAnswer.Fate.LEAVES;
        }
        if (hits(network, Fault.BACKEND_SILENT, 6)) {
            return SimAnswer.Fate.SILENT;
        }
        if (hits(network, Fault.BACKEND_VANISHES, 8)) {
            return SimAnswer.Fate.VANISHES;
        }
        return hits(network, Fault.BACKEND_RESETS, 3) ? SimAnswer.Fate.RESETS : SimAnswer.Fate.ANSWERS;
    }

    boolean stalls(SimNetwork network) {
        return hits(network, Fault.BACKEND_STALLS, 5);
    }
}
