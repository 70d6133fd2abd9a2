package dev.usher.sim;

import dev.usher.config.UsherConfig;
import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import dev.usher.relay.SessionLog;
import dev.usher.upkeep.BackendNames;
import java.util.EnumSet;
import java.util.Set;

/**
 * A world from one seed: trouble for some hundred steps, then calm. After each step the accounts must agree with usher's;
 * in the calm everything ends, new clients are served, and nothing is left.
 */
final class World {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    /** The least of a worker's budget in which openings have room. */
    private static final long SCARCE_BYTES = 48 * 1024;

    private static final long AMPLE_BYTES = 16 << 20;
    /** A world at rest needs some hundred rounds. */
    private static final int MOST_ROUNDS = 20_000;
    /** Turns without a pause; a worker that takes more without anything new spins. */
    private static final int MOST_TURNS = 2_000;

    private final Chance chance;
    private final Trace trace;
    private final Rules rules = new Rules();
    private final SimNames names;
    private final SimNetwork network;
    private final SimRepeats repeats;
    private final Ledger ledger;
    private final Peers peers;
    private final House house;
    private final SimKeeper keeper;
    private final People people;
    private final Audit audit;
    private final int steps;
    private final boolean reloads;

    /**
     * @param without trouble that this world does not have
     * @param fewer clients that do not come, to make a failing world small
     */
    World(long seed, Set<Fault> without, int fewer, Trace trace) {
        this.chance = new Chance(seed);
        this.trace = trace;
        this.steps = chance.between(30, 240);
        int mostClients = Math.max(1, chance.between(1, 6) - fewer);
        Set<Fault> faults = faults(without);
        this.reloads = faults.contains(Fault.RELOADS);
        boolean scarce = faults.contains(Fault.SCARCE_BUFFERS);
        boolean lifetime = chance.oneIn(4);
        boolean openings = chance.part(3).oneIn(2);
        Plan plan = new Plan(chance.part(2), lifetime, openings, faults.contains(Fault.NAMES));
        this.names = new SimNames(chance.part(6), plan.hosts());
        Roll roll = new Roll(names, rules, trace);
        this.ledger = new Ledger(roll, rules, trace);
        tellOfTrouble(faults, lifetime);
        this.peers = new Peers(chance, mostClients, openings, plan.addresses(), ledger, trace);
        this.network = new SimNetwork(chance.part(1), faults, peers, ledger, rules, trace);
        ledger.fits().attempts(plan::mostAttempts);
        this.repeats = new SimRepeats(chance.part(4), names, network, trace);
        UsherConfig first = plan.first();
        this.house = new House(
                first,
                () -> roll.configured(first),
                scarce ? SCARCE_BYTES : AMPLE_BYTES,
                chance.between(1, 2),
                network,
                new Log(),
                roll,
                events -> new BackendNames(_ -> names, repeats, events));
        this.keeper = new SimKeeper(house, network, trace);
        this.people = new People(chance, plan, house, network, names, repeats, trace);
        this.audit = new Audit(house, network);
        house.afterTurn(this::check);
        roll.sees(house::backend, network::givenUpAt);
        names.onNews(() -> roll.configured(house.config()));
    }

    private Set<Fault> faults(Set<Fault> without) {
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        for (Fault fault : EnumSet.complementOf(EnumSet.of(Fault.NAMES))) {
            if (chance.oneIn(2)) {
                faults.add(fault);
            }
        }
        if (chance.part(5).oneIn(3)) {
            faults.add(Fault.NAMES);
        }
        faults.removeAll(without);
        return faults;
    }

    /** Ends may come of trouble that the ledger does not see. */
    private void tellOfTrouble(Set<Fault> faults, boolean lifetime) {
        if (lifetime) {
            ledger.fits().lifetime();
        }
        if (faults.contains(Fault.LATE_READINESS)) {
            ledger.fits().lateEvents();
        }
        if (faults.contains(Fault.SCARCE_BUFFERS)) {
            ledger.fits().scarceBuffers();
        }
    }

    private final class Log implements SessionLog {
        @Override
        public void ended(int worker, SessionEnd end) {
            ledger.ended(end);
        }

        @Override
        public boolean wants(CloseReason reason, boolean empty) {
            return true;
        }
    }

    // ---- from the beginning to the end ----

    void run() {
        for (int i = 0; i < steps; i++) {
            step();
            names.step();
            if (network.takeTouched()) {
                check();
            }
        }
        calmDown();
        rest();
        audit.checkEveryoneIsGone();
        checkService();
        audit.checkNothingIsLeft();
        ledger.close();
        house.close();
        audit.checkNothingIsOpen();
    }

    private void step() {
        switch (chance.below(20)) {
            case 0, 1, 2, 3, 4 -> peers.step();
            case 5, 6, 7, 8, 9 -> peers.deliver();
            case 10, 11, 12, 13, 14, 15 -> turn(chance.below(house.workers()));
            case 16, 17 -> peers.come(network);
            case 18 -> pass();
            default -> upset();
        }
    }

    private void turn(int worker) {
        boolean slow = network.hits(Fault.SLOW_WORKERS, 2);
        if (!slow && (house.isDue(worker) || chance.oneIn(8))) {
            trace.note("worker", "turns", worker);
            house.turn(worker);
        }
    }

    private void upset() {
        switch (chance.below(6)) {
            case 0, 1 -> people.probe();
            case 2 -> people.order();
            case 3 -> people.kill();
            case 4 -> people.reload();
            default -> keeper.keep();
        }
    }

    /** After each step and each turn. */
    private void check() {
        rules.throwBroken();
        keeper.listen();
        audit.check();
    }

    // ---- time ----

    private void pass() {
        long nanos = switch (chance.below(8)) {
            case 0 -> untilNext();
            case 1 -> chance.below(3000) * MILLI;
            case 2 -> chance.below(200) * MILLI;
            default -> chance.below(2000) * MICRO;
        };
        advance(Math.min(nanos, 20_000 * MILLI));
    }

    private void advance(long nanos) {
        network.advance(nanos);
        ledger.at(network.now());
        keeper.keepIfDue();
        if (repeats.isDue()) {
            people.lookUp();
        }
    }

    /** Nanoseconds until something happens by itself. */
    private long untilNext() {
        long next = until(house.wakesNanos());
        next = Math.min(next, until(network.nextAnswerNanos()));
        return Math.min(next, until(keeper.dueNanos()));
    }

    private long until(long nanos) {
        return nanos == Long.MAX_VALUE ? nanos : Math.max(0, nanos - network.now());
    }

    // ---- calm ----

    private void calmDown() {
        trace.note("world", "calms down");
        network.calm();
        ledger.fits().calm();
        peers.calmDown();
        names.calmDown();
        if (reloads) {
            people.restore();
        }
        if (repeats.isBusy()) {
            advance(Plan.RESOLVE_EVERY.toNanos()); // each name is looked up once more
        }
        people.revive();
    }

    /** Lets everything happen that happens by itself, until nothing is left to happen. */
    private void rest() {
        for (int i = 0; i < MOST_ROUNDS; i++) {
            if (!move()) {
                long next = untilNext();
                if (next == Long.MAX_VALUE) {
                    return;
                }
                advance(next);
            }
        }
        rules.fail("the world does not come to rest");
    }

    private boolean move() {
        boolean moved = peers.calmStep();
        for (int i = 0; i < house.workers(); i++) {
            int turns = 0;
            while (house.isDue(i)) {
                house.turn(i);
                moved = true;
                rules.check(turns++ < MOST_TURNS, "a worker spins");
            }
        }
        return moved;
    }

    /** New clients of every kind with a backend are served. */
    private void checkService() {
        for (SimClient.Kind kind : peers.served()) {
            boolean clientClosesFirst = chance.oneIn(2);
            Chance its = chance.part(900 + ledger.visits().size());
            peers.comeHonest(kind, its, clientClosesFirst, network);
            rest();
            Visit visit = ledger.visits().getLast();
            SessionEnd end = visit.end;
            rules.check(
                    end != null && end.reason() == CloseReason.COMPLETED, () -> visit + " was not served in the calm");
        }
    }
}
