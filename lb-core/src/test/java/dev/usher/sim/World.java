package dev.usher.sim;

import dev.usher.config.HostPort;
import dev.usher.end.CloseReason;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.ProbeOutcome;
import dev.usher.relay.SessionEnd;
import dev.usher.relay.SessionLog;
import dev.usher.sim.Ledger.Visit;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A world from one seed: trouble for some hundred steps, then calm. After each step the accounts must agree with usher's;
 * in the calm everything ends, new clients are served, and nothing is left.
 */
final class World {
    private static final long MICRO = 1_000;
    private static final long MILLI = 1_000_000;
    private static final long KEEP_NANOS = 100 * MILLI;
    /** The least of a worker's budget in which openings have room. */
    private static final long SCARCE_BYTES = 48 * 1024;

    private static final long AMPLE_BYTES = 16 << 20;
    /** A world at rest needs some hundred rounds. */
    private static final int MOST_ROUNDS = 20_000;
    /** Turns without a pause; a worker that takes more without anything new spins. */
    private static final int MOST_TURNS = 2_000;

    private static final List<SimClient.Kind> SERVED =
            List.of(SimClient.Kind.A, SimClient.Kind.B, SimClient.Kind.PLAIN, SimClient.Kind.PROXIED);

    private final Chance chance;
    private final Trace trace;
    private final Rules rules = new Rules();
    private final SimNetwork network;
    private final Ledger ledger;
    private final Roll roll;
    private final Plan plan;
    private final House house;
    private final Map<InetSocketAddress, SimMachine> machines = new LinkedHashMap<>();
    private final List<SimClient> clients = new ArrayList<>();
    private final List<SimAnswer> answers = new ArrayList<>();
    private final List<Wire> wires = new ArrayList<>();
    private final int steps;
    private final int mostClients;
    private final boolean reloads;
    private long keepNanos = Long.MAX_VALUE;
    private int ports = 1024;
    private boolean calm;
    /** For connections made in the calm. */
    private boolean clientClosesFirst;

    /**
     * @param without trouble that this world does not have
     * @param fewer clients that do not come, to make a failing world small
     */
    World(long seed, Set<Fault> without, int fewer, Trace trace) {
        this.chance = new Chance(seed);
        this.trace = trace;
        this.steps = chance.between(30, 240);
        this.mostClients = Math.max(1, chance.between(1, 6) - fewer);
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        for (Fault fault : Fault.values()) {
            if (chance.oneIn(2) && !without.contains(fault)) {
                faults.add(fault);
            }
        }
        this.roll = new Roll(rules, trace);
        this.ledger = new Ledger(roll, rules, trace);
        boolean lifetime = chance.oneIn(4);
        if (lifetime) {
            ledger.fits().lifetime();
        }
        if (faults.contains(Fault.LATE_READINESS)) {
            ledger.fits().lateEvents();
        }
        this.reloads = faults.contains(Fault.RELOADS);
        boolean scarce = faults.contains(Fault.SCARCE_BUFFERS);
        if (scarce) {
            ledger.fits().scarceBuffers();
        }
        this.network = new SimNetwork(chance.part(1), faults, new AllMachines(), ledger, rules, trace);
        this.plan = new Plan(chance.part(2), lifetime);
        ledger.fits().attempts(plan.retries() + 1);
        Plan.addresses()
                .forEach((address, pool) ->
                        machines.put(address, new SimMachine(address, pool, chance.part(10 + machines.size()))));
        var first = plan.first();
        roll.configured(first, Plan.addresses());
        this.house =
                new House(first, scarce ? SCARCE_BYTES : AMPLE_BYTES, chance.between(1, 2), network, new Log(), roll);
        house.afterTurn(this::check);
        roll.sees(house::backend, network::givenUpAt);
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

    private final class AllMachines implements SimNetwork.Machines {
        @Override
        public Knock knock(InetSocketAddress address) {
            return Objects.requireNonNull(machines.get(address)).knock(network);
        }

        @Override
        public Wire accept(InetSocketAddress address, SimSocket socket) {
            SimMachine machine = Objects.requireNonNull(machines.get(address));
            SimAnswer.Fate fate = machine.fate(network);
            Chance its = chance.part(1000 + wires.size());
            int room = network.hits(Fault.SMALL_SOCKETS, 2) ? its.between(1, 300) : Wire.WIDE;
            Stream stream = SimAnswer.stream(fate, !machine.speaksFirst(), its);
            Wire wire = wire("backend", new InetSocketAddress("198.51.100.1", ports++), address, stream, room);
            SimAnswer answer = new SimAnswer(
                    wire, machine, fate, its, machine.stalls(network), calm ? !clientClosesFirst : its.oneIn(2));
            answers.add(answer);
            ledger.connects(answer, socket);
            return wire;
        }
    }

    private Wire wire(String what, InetSocketAddress near, InetSocketAddress far, Stream stream, int room) {
        Wire wire = new Wire(what + "-" + wires.size(), near, far, stream, room, trace);
        wires.add(wire);
        return wire;
    }

    // ---- from the beginning to the end ----

    void run() {
        for (int i = 0; i < steps; i++) {
            step();
            if (network.takeTouched()) {
                check();
            }
        }
        calmDown();
        rest();
        for (Visit visit : ledger.visits()) {
            rules.check(visit.end != null || visit.dropped, () -> visit + " has no end");
        }
        checkService();
        checkNothingIsLeft();
        end();
    }

    private void step() {
        switch (chance.below(20)) {
            case 0, 1, 2, 3, 4 -> stepPeer();
            case 5, 6, 7, 8, 9 -> deliver();
            case 10, 11, 12, 13, 14, 15 -> turn(chance.below(house.workers()));
            case 16, 17 -> come();
            case 18 -> pass();
            default -> upset();
        }
    }

    private void stepPeer() {
        int peer = chance.below(Math.max(1, clients.size() + answers.size()));
        if (peer < clients.size()) {
            clients.get(peer).step();
        } else if (peer - clients.size() < answers.size()) {
            answers.get(peer - clients.size()).step();
        }
    }

    private void deliver() {
        if (wires.isEmpty()) {
            return;
        }
        Wire wire = chance.of(wires);
        if (wire.hasUnderWay()) {
            wire.deliver(chance.oneIn(2) ? chance.between(1, 200) : 100_000, chance.oneIn(3));
        } else if (wire.isGivenUp() && chance.oneIn(3)) {
            wire.giveUp();
        }
    }

    private void turn(int worker) {
        boolean slow = network.hits(Fault.SLOW_WORKERS, 2);
        if (!slow && (house.isDue(worker) || chance.oneIn(8))) {
            trace.note("worker", "turns", worker);
            house.turn(worker);
        }
    }

    private void come() {
        if (clients.size() < mostClients) {
            Chance its = chance.part(100 + clients.size());
            SimClient.Kind kind = behindProxy(kind(), chance.part(500 + clients.size()));
            come(SimClient.of(kind, (stream, room) -> clientWire(kind, stream, room), its, network));
        }
    }

    private SimClient.Kind kind() {
        boolean bad = network.hits(Fault.BAD_HELLOS, 4);
        int number = chance.below(6);
        if (bad) {
            return chance.of(List.of(SimClient.Kind.UNKNOWN, SimClient.Kind.NAMELESS, SimClient.Kind.GARBAGE));
        }
        return number < 3 ? SimClient.Kind.A : number < 5 ? SimClient.Kind.B : SimClient.Kind.PLAIN;
    }

    /** Some come by a proxy, and some of these are told of badly. */
    private static SimClient.Kind behindProxy(SimClient.Kind kind, Chance its) {
        return switch (kind) {
            case A -> its.oneIn(3) ? SimClient.Kind.PROXIED : kind;
            case GARBAGE -> its.oneIn(2) ? SimClient.Kind.MISTOLD : kind;
            default -> kind;
        };
    }

    private Wire clientWire(SimClient.Kind kind, Stream stream, int room) {
        return wire("client", House.address(bind(kind)), new InetSocketAddress("203.0.113.7", ports++), stream, room);
    }

    private static HostPort bind(SimClient.Kind kind) {
        return switch (kind) {
            case PLAIN -> Plan.PLAIN_BIND;
            case PROXIED, MISTOLD -> Plan.PROXIED_BIND;
            case A, B, UNKNOWN, NAMELESS, GARBAGE -> Plan.TLS_BIND;
        };
    }

    private void come(SimClient client) {
        List<SimListener> listeners = network.listeners(client.wire.near);
        if (listeners.isEmpty()) {
            wires.remove(client.wire); // refused
            return;
        }
        trace.note(client.wire.name, client.kind.name());
        clients.add(client);
        ledger.comes(client);
        chance.of(listeners).queue(client.wire);
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
        if (keepNanos - network.now() <= 0) {
            keep();
        }
    }

    private void keep() {
        trace.note("keeper", "keeps");
        roll.kept();
        keepNanos = house.keep() ? network.now() + KEEP_NANOS : Long.MAX_VALUE;
    }

    /** Nanoseconds until something happens by itself. */
    private long untilNext() {
        long next = until(house.wakesNanos());
        next = Math.min(next, until(network.nextAnswerNanos()));
        return Math.min(next, until(keepNanos));
    }

    private long until(long nanos) {
        return nanos == Long.MAX_VALUE ? nanos : Math.max(0, nanos - network.now());
    }

    // ---- people, probes, the keeper ----

    private void upset() {
        switch (chance.below(6)) {
            case 0, 1 -> probe();
            case 2 -> order();
            case 3 -> kill();
            case 4 -> reload();
            default -> keep();
        }
    }

    private void probe() {
        Roll.Place place = chance.of(roll.places());
        boolean success = chance.oneIn(2);
        if (network.has(Fault.PROBES) && place.configured) {
            probe(place, success);
        }
    }

    private void probe(Roll.Place place, boolean success) {
        trace.note(place.address.toString(), success ? "passes a probe" : "fails a probe");
        roll.probed(place, success);
        withBackend(
                place,
                (pool, backend) -> pool.roster()
                        .probed(
                                backend,
                                success ? ProbeOutcome.SUCCESS : ProbeOutcome.FAILURE,
                                "probed",
                                chance.oneIn(4),
                                network.clock()));
        Backend real = Objects.requireNonNull(house.backend(place.address));
        rules.check(
                real.health() == dev.usher.pool.BackendState.DOWN == place.isDown(),
                () -> real + " is wrongly " + real.health());
    }

    @FunctionalInterface
    private interface OnBackend {
        void act(Pool pool, Backend backend);
    }

    private void withBackend(Roll.Place place, OnBackend order) {
        Backend backend = house.backend(place.address);
        for (Pool pool : house.pools()) {
            if (backend != null && pool.backends().contains(backend)) {
                order.act(pool, backend);
            }
        }
    }

    private void order() {
        Roll.Place place = chance.of(roll.places());
        AdminState state = chance.of(List.of(AdminState.values()));
        int weight = chance.between(1, 3);
        if (network.has(Fault.ORDERS) && place.configured) {
            order(place, state);
            withBackend(place, (pool, backend) -> pool.roster().setWeight(backend, weight, network.clock()));
        }
    }

    private void order(Roll.Place place, AdminState state) {
        trace.note(place.address.toString(), "is ordered " + state);
        place.order = state;
        withBackend(
                place, (pool, backend) -> pool.roster().setAdminState(backend, state, "by people", network.clock()));
    }

    private void kill() {
        int number = chance.below(8);
        if (network.has(Fault.KILLS)) {
            trace.note("people", "kill", number);
            ledger.fits().killing(true);
            house.kill(number);
            ledger.fits().killing(false);
        }
    }

    private void reload() {
        if (network.has(Fault.RELOADS)) {
            apply(plan.next());
        }
    }

    private void apply(dev.usher.config.UsherConfig next) {
        trace.note("people", "reload");
        ledger.fits().reloading(true, plan.closesRemoved());
        roll.awaits(next);
        house.apply(next, () -> roll.configured(next, Plan.addresses()));
        ledger.fits().reloading(false, plan.closesRemoved());
    }

    // ---- calm ----

    private void calmDown() {
        trace.note("world", "calms down");
        calm = true;
        network.calm();
        ledger.fits().calm();
        wires.forEach(Wire::widen);
        if (reloads) {
            apply(plan.last());
        }
        for (Roll.Place place : roll.places()) {
            if (place.configured) {
                order(place, AdminState.READY);
                while (place.isDown()) {
                    probe(place, true);
                }
            }
        }
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
        boolean moved = false;
        clients.forEach(SimClient::calmStep);
        List.copyOf(answers).forEach(SimAnswer::calmStep);
        for (Wire wire : wires) {
            while (wire.hasUnderWay()) {
                wire.deliver(100_000, false);
                moved = true;
            }
        }
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
        for (SimClient.Kind kind : SERVED) {
            clientClosesFirst = chance.oneIn(2); // and the other side waits for this FIN
            Chance its = chance.part(900 + ledger.visits().size());
            come(SimClient.honest(kind, (stream, room) -> clientWire(kind, stream, room), its, clientClosesFirst));
            rest();
            Visit visit = ledger.visits().getLast();
            SessionEnd end = visit.end;
            rules.check(
                    end != null && end.reason() == CloseReason.COMPLETED, () -> visit + " was not served in the calm");
        }
    }

    private void checkNothingIsLeft() {
        rules.check(house.openConnections() == 0, () -> house.openConnections() + " connections stay counted as open");
        for (String listener : house.listeners()) {
            checkCounts(listener);
            rules.check(
                    house.openOf(listener) == 0,
                    () -> "the listener counts " + house.openOf(listener) + " open connections");
        }
        for (SimSocket socket : network.sockets()) {
            rules.fail(socket.label() + " stays open");
        }
        for (int i = 0; i < house.workers(); i++) {
            rules.check(house.heldBytes(i) == 0, "bytes stay held");
        }
        rules.check(house.wakesNanos() == SimSelector.FOR_EVER, "a deadline is left");
        rules.check(house.killed() >= ended(CloseReason.KILLED), "more sessions were killed than people have killed");
    }

    private long ended(CloseReason reason) {
        return ledger.visits().stream().filter(visit -> hasEnded(visit, reason)).count();
    }

    private static boolean hasEnded(Visit visit, CloseReason reason) {
        return visit.end != null && visit.end.reason() == reason;
    }

    private void checkCounts(String listener) {
        List<Visit> its = ledger.visits().stream()
                .filter(visit -> visit.end != null
                        && listener.equals(visit.end.identity().listener()))
                .toList();
        rules.check(house.acceptedOf(listener) == its.size(), "the listener counts other connections than it had");
        for (CloseReason reason : CloseReason.values()) {
            long ended = its.stream().filter(visit -> hasEnded(visit, reason)).count();
            rules.check(house.endedOf(listener, reason) == ended, "the listener counts other ends as " + reason.word());
        }
    }

    private void end() {
        ledger.close();
        house.close();
        rules.check(network.sockets().isEmpty() && network.hasNoListener(), "a descriptor is left");
    }

    // ---- after each step ----

    private void check() {
        rules.throwBroken();
        if (house.takeKeeperAsked()) {
            keepNanos = Math.min(keepNanos, network.now() + 20 * MILLI);
        }
        rules.check(house.bugs() == 0, "a bug in usher");
        roll.checkRows();
        ledger.fits().checkEndings();
        ledger.fits().checkFins();
        ledger.fits().checkNotice(lookedNanos());
        ledger.fits().checkDeadlines(passedNanos(), network.firstKnockNanos());
        rules.check(
                house.received() == ledger.up(),
                () -> "usher counts " + house.received() + " bytes up, not " + ledger.up());
        rules.check(
                house.sent() == ledger.down(),
                () -> "usher counts " + house.sent() + " bytes down, not " + ledger.down());
        checkSessions();
        checkBackends();
    }

    /** Deadlines up to this time have passed on every worker. */
    private long passedNanos() {
        long passed = network.now() - 2 * MILLI; // a select wakes up to a millisecond late
        for (int i = 0; i < house.workers(); i++) {
            if (house.isDue(i) && house.turnedNanos(i) - passed < 0) {
                passed = house.turnedNanos(i);
            }
        }
        return passed;
    }

    /** A look at a side takes a deadline and one more turn: both were given until this time, on every worker. */
    private long lookedNanos() {
        long looked = network.now() - 2 * MILLI;
        for (int i = 0; i < house.workers(); i++) {
            boolean rests = !house.isDue(i) && network.now() - house.turnedNanos(i) > 3 * MILLI;
            looked = rests ? looked : Math.min(looked, house.turnedBefore(i));
        }
        return looked;
    }

    private void checkSessions() {
        long held = ledger.held();
        rules.check(house.openSessions() == held, () -> house.openSessions() + " sessions, and " + held + " clients");
        rules.check(
                house.openConnections() == held, () -> house.openConnections() + " counted, and " + held + " clients");
        for (int i = 0; i < house.workers(); i++) {
            boolean idle = house.sessions(i) == 0;
            rules.check(!idle || house.heldBytes(i) == 0, "bytes are held without a session");
        }
    }

    /** Each backend counts the sessions that have a socket to it. */
    private void checkBackends() {
        for (Roll.Place place : roll.places()) {
            long sockets = network.heldAt(place.address);
            long counted = house.openAt(place.address);
            rules.check(counted == sockets, () -> place.address + " counts " + counted + " sessions, not " + sockets);
        }
    }
}
