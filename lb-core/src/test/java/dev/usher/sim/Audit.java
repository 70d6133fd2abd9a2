package dev.usher.sim;

import dev.usher.end.CloseReason;
import java.util.List;

/** Compares usher's counts with the accounts of the world: after each step, and at the end. */
final class Audit {
    private static final long MILLI = 1_000_000;
    /** A select wakes up to a millisecond late. */
    private static final long LATE_NANOS = 2 * MILLI;

    private final House house;
    private final SimNetwork network;
    private final Ledger ledger;
    private final Roll roll;
    private final Rules rules;

    Audit(House house, SimNetwork network) {
        this.house = house;
        this.network = network;
        this.ledger = network.ledger();
        this.roll = ledger.roll();
        this.rules = network.rules();
    }

    // ---- after each step ----

    void check() {
        rules.check(house.bugs() == 0, "a bug in usher");
        roll.checkRows();
        ledger.fits().checkEndings();
        ledger.fits().checkFins();
        ledger.fits().checkRefusals();
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
        long passed = network.now() - LATE_NANOS;
        for (int i = 0; i < house.workers(); i++) {
            if (house.isDue(i) && house.turnedNanos(i) - passed < 0) {
                passed = house.turnedNanos(i);
            }
        }
        return passed;
    }

    /** A look at a side takes a deadline and one more turn: both were given until this time, on every worker. */
    private long lookedNanos() {
        long looked = network.now() - LATE_NANOS;
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

    // ---- at the end ----

    void checkEveryoneIsGone() {
        for (Visit visit : ledger.visits()) {
            rules.check(visit.end != null || visit.dropped, () -> visit + " has no end");
        }
    }

    void checkNothingIsLeft() {
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

    void checkNothingIsOpen() {
        rules.check(network.sockets().isEmpty() && network.hasNoListener(), "a descriptor is left");
    }
}
