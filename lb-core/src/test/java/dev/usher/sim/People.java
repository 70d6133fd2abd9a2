package dev.usher.sim;

import dev.usher.config.UsherConfig;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.BackendState;
import dev.usher.pool.Pool;
import dev.usher.pool.ProbeOutcome;
import java.util.List;
import java.util.Objects;

/** What comes from beside the traffic: results of probes, orders of people, reloads. */
final class People {
    /** An order for a backend. */
    @FunctionalInterface
    private interface Order {
        void give(Pool pool, Backend backend);
    }

    private final Chance chance;
    private final Plan plan;
    private final House house;
    private final SimNetwork network;
    private final Roll roll;
    private final Fits fits;
    private final SimNames names;
    private final SimRepeats repeats;
    private final Trace trace;

    People(Chance chance, Plan plan, House house, SimNetwork network, SimNames names, SimRepeats repeats, Trace trace) {
        this.chance = chance;
        this.plan = plan;
        this.house = house;
        this.network = network;
        this.roll = network.ledger().roll();
        this.fits = network.ledger().fits();
        this.names = names;
        this.repeats = repeats;
        this.trace = trace;
    }

    // ---- probes ----

    void probe() {
        if (roll.places().isEmpty()) {
            return; // no name has been answered yet
        }
        Roll.Place place = chance.of(roll.places());
        boolean success = chance.oneIn(2);
        if (network.has(Fault.PROBES) && place.configured && place.isProbed) {
            probe(place, success);
        }
    }

    private void probe(Roll.Place place, boolean success) {
        trace.note(place.address.toString(), success ? "passes a probe" : "fails a probe");
        roll.probed(place, success);
        order(
                place,
                (pool, backend) -> pool.roster()
                        .probed(
                                backend,
                                success ? ProbeOutcome.SUCCESS : ProbeOutcome.FAILURE,
                                "probed",
                                chance.oneIn(4),
                                network.clock()));
        Backend real = Objects.requireNonNull(house.backend(place.address));
        network.rules()
                .check(
                        real.health() == BackendState.DOWN == place.isDown(),
                        () -> real + " is wrongly " + real.health());
    }

    // ---- orders ----

    void order() {
        if (roll.places().isEmpty()) {
            return;
        }
        Roll.Place place = chance.of(roll.places());
        AdminState state = chance.of(List.of(AdminState.values()));
        int weight = chance.between(1, 3);
        if (network.has(Fault.ORDERS) && place.configured) {
            order(place, state);
            order(place, (pool, backend) -> pool.roster().setWeight(backend, weight, network.clock()));
        }
    }

    private void order(Roll.Place place, AdminState state) {
        trace.note(place.address.toString(), "is ordered " + state);
        place.order = state;
        order(place, (pool, backend) -> pool.roster().setAdminState(backend, state, "by people", network.clock()));
    }

    private void order(Roll.Place place, Order order) {
        Backend backend = house.backend(place.address);
        for (Pool pool : house.pools()) {
            if (backend != null && pool.backends().contains(backend)) {
                order.give(pool, backend);
            }
        }
    }

    void kill() {
        int number = chance.below(8);
        if (network.has(Fault.KILLS)) {
            trace.note("people", "kill", number);
            fits.killing(true);
            house.kill(number);
            fits.killing(false);
        }
    }

    // ---- reloads ----

    void reload() {
        if (network.has(Fault.RELOADS)) {
            apply(plan.next());
        }
    }

    private void apply(UsherConfig next) {
        trace.note("people", "reload");
        fits.reloading(true, plan.closesRemoved());
        roll.awaits(next);
        house.apply(next, () -> roll.configured(next));
        checkNames();
        checkRemoved();
        fits.reloading(false, plan.closesRemoved());
    }

    // ---- names ----

    /** Repeated look-ups whose time has come; an answer changes backends as a reload does. */
    void lookUp() {
        fits.reloading(true, plan.closesRemoved());
        repeats.run();
        fits.reloading(false, plan.closesRemoved());
        house.keepForCounts();
        checkNames();
        checkRemoved();
    }

    private void checkNames() {
        network.rules()
                .check(
                        house.failingNames().equals(names.failing()),
                        () -> "names that fail: " + names.failing() + ", for usher " + house.failingNames());
    }

    private void checkRemoved() {
        for (Roll.Place place : roll.places()) {
            network.rules()
                    .check(
                            place.configured || !plan.closesRemoved() || network.heldAt(place.address) == 0,
                            () -> place.address + " is removed, and sessions stay");
        }
    }

    // ---- calm ----

    /** Brings back whatever people have taken away. */
    void restore() {
        apply(plan.last());
    }

    /** Has every backend serve. */
    void revive() {
        for (Roll.Place place : roll.places()) {
            if (place.configured) {
                order(place, AdminState.READY);
                while (place.isDown()) {
                    probe(place, true);
                }
            }
        }
    }
}
