package dev.usher.sim;

import java.util.Arrays;

/** A backend's end of a connection. */
final class SimAnswer {
    /** The way of a connection. */
    enum Fate {
        ANSWERS,
        /** Refuses the client: a fatal alert. */
        ALERTS,
        /** Is at fault itself: the alert internal_error. */
        IS_FAULTY,
        /** Takes every byte and says nothing. */
        SILENT,
        /** Goes before its first byte. */
        LEAVES,
        /** Breaks off at some time. */
        RESETS,
        VANISHES
    }

    private static final byte[] HELLO = {22, 3, 3, 0, 80};
    private static final byte[] NONE = {};
    /** To a request for TLS. */
    static final byte[] YES = {'S'};

    private static final byte[] NO = {'N'};
    private static final int HANDSHAKE_FAILURE = 40;
    private static final int INTERNAL_ERROR = 80;

    final Wire wire;
    final SimMachine machine;
    final Fate fate;
    private final Chance chance;
    private final boolean stalls;
    private final boolean closesFirst;

    SimAnswer(Wire wire, SimMachine machine, Fate fate, Chance chance, boolean stalls, boolean closesFirst) {
        this.wire = wire;
        this.machine = machine;
        this.fate = fate;
        this.chance = chance;
        this.stalls = stalls;
        this.closesFirst = closesFirst;
    }

    static Stream stream(Fate fate, SimMachine machine, Chance chance) {
        int more = chance.below(chance.oneIn(4) ? 60_000 : 600);
        if (machine.greetingBytes() > 0) {
            return greeting(fate, more + 1, chance);
        }
        boolean tls = !machine.speaksFirst();
        return switch (fate) {
            case ALERTS -> new Stream(alert(HANDSHAKE_FAILURE), chance, 0);
            case IS_FAULTY -> new Stream(alert(INTERNAL_ERROR), chance, 0);
            case ANSWERS, SILENT, LEAVES, RESETS, VANISHES -> new Stream(tls ? HELLO : NONE, chance, more + 1);
        };
    }

    /** A machine that refuses says no, or yes and an alert; a machine at fault says no, or more than a yes. */
    private static Stream greeting(Fate fate, int more, Chance chance) {
        return switch (fate) {
            case IS_FAULTY -> chance.oneIn(2) ? new Stream(YES, chance, more) : new Stream(NO, chance, 0);
            case ALERTS -> new Stream(chance.oneIn(2) ? NO : both(YES, alert(HANDSHAKE_FAILURE)), chance, 0);
            case ANSWERS, SILENT, LEAVES, RESETS, VANISHES -> new Stream(both(YES, HELLO), chance, more);
        };
    }

    private static byte[] both(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    private static byte[] alert(int description) {
        return new byte[] {21, 3, 3, 0, 2, 2, (byte) description};
    }

    void step() {
        if (wire.isOverForFar()) {
            return;
        }
        switch (chance.below(8)) {
            case 0, 1, 2 -> speak(chance.oneIn(3) ? Integer.MAX_VALUE : chance.between(1, 400));
            case 3, 4, 5 -> {
                if (!stalls) {
                    wire.take(chance.between(1, chance.oneIn(2) ? 100_000 : 100));
                }
            }
            case 6 -> finish();
            default -> breakOff();
        }
    }

    private boolean mayAnswer() {
        return fate != Fate.SILENT && fate != Fate.LEAVES && (machine.speaksFirst() || wire.taken > 0);
    }

    private void speak(int most) {
        int left = Math.min(most, sayable() - wire.sent);
        if (mayAnswer() && left > 0) {
            wire.send(left);
        }
    }

    /** The bytes that the machine may have said by now: usher waits for a yes, and a machine for a hello. */
    private int sayable() {
        int greeting = machine.greetingBytes();
        if (greeting == 0 || wire.taken > PostgresTalk.REQUEST_BYTES) {
            return wire.stream.length();
        }
        int asked = fate == Fate.IS_FAULTY ? wire.stream.length() : greeting;
        return wire.taken == PostgresTalk.REQUEST_BYTES ? asked : 0;
    }

    private void finish() {
        if (fate != Fate.SILENT && wire.hasSentAll() && (closesFirst || wire.farSeesFin())) {
            if (chance.oneIn(3)) {
                wire.closeFar();
            } else {
                wire.sendFin();
            }
        }
    }

    private void breakOff() {
        if (fate == Fate.LEAVES) {
            if (chance.oneIn(2)) {
                wire.sendFin();
            } else {
                wire.sendReset();
            }
        } else if (fate == Fate.RESETS && chance.oneIn(2)) {
            wire.sendReset();
        } else if (fate == Fate.VANISHES && chance.oneIn(2)) {
            wire.lose();
        }
    }

    void calmStep() {
        if (wire.isOverForFar()) {
            return;
        }
        wire.take(Integer.MAX_VALUE);
        speak(Integer.MAX_VALUE);
        boolean ends = wire.farSeesFin() || (closesFirst && wire.hasSentAll());
        if (fate == Fate.LEAVES || (fate != Fate.SILENT && ends)) {
            wire.sendFin();
        }
    }
}
