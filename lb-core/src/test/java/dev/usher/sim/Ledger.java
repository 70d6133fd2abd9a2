package dev.usher.sim;

import dev.usher.relay.SessionEnd;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The account of every byte and every end, kept beside usher from what its sockets do. Each byte taken from one side is
 * delivered once, in order, to the right other side; a FIN comes only behind the last byte of a FIN; each session has one
 * end.
 */
final class Ledger {
    private final Trace trace;
    private final Rules rules;
    private final Roll roll;
    private final List<Visit> visits = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final Map<Wire, Visit> visitOf = new HashMap<>();
    private final Map<Wire, Call> callOf = new HashMap<>();
    private final Map<InetSocketAddress, Visit> visitFrom = new HashMap<>();
    private final Fits fits;
    private long now;
    private long up;
    private long down;
    private boolean open = true;

    Ledger(Roll roll, Rules rules, Trace trace) {
        this.rules = rules;
        this.roll = roll;
        this.trace = trace;
        this.fits = new Fits(this, roll, rules);
    }

    void at(long nanos) {
        now = nanos;
        roll.at(nanos);
    }

    long now() {
        return now;
    }

    List<Visit> visits() {
        return visits;
    }

    /** Sessions of now. */
    long held() {
        long held = 0;
        for (Visit visit : visits) {
            held += visit.isHeld() ? 1 : 0;
        }
        return held;
    }

    List<Call> calls() {
        return calls;
    }

    Roll roll() {
        return roll;
    }

    Fits fits() {
        return fits;
    }

    /** Bytes passed on from clients, and to clients. */
    long up() {
        return up;
    }

    long down() {
        return down;
    }

    /** False once usher ends, and closes all. */
    boolean isOpen() {
        return open;
    }

    void close() {
        open = false;
    }

    // ---- comings ----

    void comes(SimClient client) {
        Visit visit = new Visit(client);
        visits.add(visit);
        visitOf.put(visit.wire, visit);
        visitFrom.put(visit.wire.far, visit);
        if (client.preface.told() != null) {
            visitFrom.put(client.preface.told(), visit);
        }
        visit.acceptedNanos = now;
    }

    void accepts(Wire wire, SimSocket socket) {
        Visit visit = visit(wire);
        visit.socket = socket;
        visit.acceptedNanos = now;
        visit.byteNanos = now;
        visit.eventNanos = now;
        trace.note(wire.name, "is accepted");
    }

    void dropped(Wire wire) {
        visit(wire).dropped = true;
    }

    void knocks(InetSocketAddress address) {
        roll.knocks(address);
        for (Visit visit : visits) { // whose knock, is known only later
            visit.eventNanos = visit.isHeld() ? now : visit.eventNanos;
        }
    }

    void answered(Knock knock) {
        roll.answered(knock);
    }

    void lacksSocket() {
        roll.lacksSocket();
    }

    void connects(SimAnswer answer, SimSocket socket) {
        Call call =
                new Call(answer, socket, visits.stream().filter(Visit::isHeld).toList(), now);
        calls.add(call);
        call.possible.forEach(visit -> visit.eventNanos = now);
        callOf.put(answer.wire, call);
        trace.note(answer.wire.name, "is connected");
    }

    private Visit visit(Wire wire) {
        return Objects.requireNonNull(visitOf.get(wire));
    }

    @Nullable
    Call call(Wire wire) {
        return callOf.get(wire);
    }

    // ---- bytes ----

    void serves(Wire wire) {
        Call call = call(wire);
        List<Visit> served = call == null ? List.of(visit(wire)) : call.possible;
        for (Visit visit : served) {
            visit.eventNanos = now;
            visit.liveNanos = wire.isDead() ? visit.liveNanos : now; // what must be noticed puts nothing off
        }
    }

    private void moves(Wire wire) {
        Call call = call(wire);
        if (call == null) {
            visit(wire).byteNanos = now;
        } else {
            Visit owner = call.owner();
            if (owner != null) {
                owner.byteNanos = now;
            }
        }
    }

    void read(Wire wire, int count) {
        trace.note(wire.name, "is read", count);
        moves(wire);
        Call call = call(wire);
        if (call != null) {
            blameSilent(call);
            roll.heard(call, count);
        }
    }

    /** An answer speaks against the backends that did not answer the same client. */
    private void blameSilent(Call answered) {
        for (Call other : calls) {
            boolean same = other != answered && answered.possible.stream().anyMatch(other.possible::contains);
            if (same && other.heard() == 0) {
                roll.mayHaveFailed(other.answer.machine.address);
            }
        }
    }

    void readFin(Wire wire) {
        trace.note(wire.name, "is read to FIN");
        moves(wire);
        Call call = call(wire);
        if (call == null) {
            visit(wire).readFin = true;
        } else {
            call.readFin = true;
        }
    }

    void broken(Wire wire) {
        trace.note(wire.name, "is found broken");
        wire.found();
        moves(wire);
    }

    /** Usher writes the next {@code count} bytes of the buffer. */
    void writes(Wire wire, ByteBuffer bytes, int count) {
        trace.note(wire.name, "is written", count);
        moves(wire);
        Call call = call(wire);
        if (call == null) {
            passDown(visit(wire), bytes, count);
        } else {
            passUp(call, bytes, count);
        }
    }

    private void passUp(Call call, ByteBuffer bytes, int count) {
        int from = call.wire.written;
        call.possible.removeIf(visit -> !visit.client.says(bytes, count, from));
        rules.check(
                !call.possible.isEmpty(), () -> call.wire.name + " was sent bytes that no client said, from " + from);
        rules.check(!call.finSent, () -> call.wire.name + " was sent bytes behind a FIN");
        boolean first = from <= call.frontBytes() && from + count > call.frontBytes();
        rules.check(!first || call.isGreeted(), () -> call.wire.name + " was sent a client's bytes without its yes");
        Visit owner = call.owner();
        if (owner != null) {
            checkPlace(call, owner);
        }
        up += call.ofClient(from, from + count);
    }

    private void checkPlace(Call call, Visit owner) {
        String pool = call.answer.machine.pool;
        rules.check(pool.equals(owner.client.talk.pool()), () -> owner + " was led to pool " + pool);
        for (Call other : calls) {
            boolean same = other != call && other.owner() == owner && other.wire.written > 0;
            if (same) {
                rules.check(!other.isHeld(), () -> owner + " is connected to two backends");
                rules.check(
                        owner.source != other,
                        () -> owner + " was led to a second backend after the first had answered");
                rules.check(
                        owner.client.talk.isRepeatable(),
                        () -> owner + " had bytes sent twice that nobody may send again");
            }
        }
    }

    private void passDown(Visit visit, ByteBuffer bytes, int count) {
        rules.check(!visit.finSent, () -> visit + " was sent bytes behind a FIN");
        if (visit.source == null) {
            visit.source = visit.isRefused() || !visit.hasEveryWord() ? null : sourceOf(visit, bytes, count);
        }
        Call source = visit.source;
        if (source == null) {
            sayWord(visit, bytes, count);
            return;
        }
        rules.check(
                visit.passedDown + count <= source.heard() && source.says(bytes, count, visit.passedDown),
                () -> visit + " was sent bytes that its backend did not say, from " + visit.passedDown);
        source.possible.removeIf(other -> other != visit);
        visit.passedDown += count;
        down += count;
    }

    private @Nullable Call sourceOf(Visit visit, ByteBuffer bytes, int count) {
        for (Call call : calls) {
            boolean may = call.isHeld() && call.possible.contains(visit) && call.heard() >= count;
            if (may && call.says(bytes, count, 0)) {
                return call;
            }
        }
        return null;
    }

    /** The words of the opening, and a refusal, are the only words of usher's own. */
    private void sayWord(Visit visit, ByteBuffer bytes, int count) {
        rules.check(
                visit.says(bytes, count),
                () -> visit + " was sent bytes that neither a backend nor a refusal says, nor the opening");
        rules.check(
                !visit.isGranted()
                        || visit.isRefused()
                        || calls.stream().anyMatch(call -> call.isHeld() && call.possible.contains(visit)),
                () -> visit + " was told of a backend, and none is connected");
    }

    // ---- ends ----

    /** Usher sends a FIN. */
    void fin(Wire wire) {
        trace.note(wire.name, "is sent FIN");
        Call call = call(wire);
        if (call == null) {
            Visit visit = visit(wire);
            rules.check(!visit.finSent, () -> visit + " was sent two FINs");
            checkFinDown(visit);
            visit.finSent = true;
        } else {
            rules.check(!call.finSent, () -> call.wire.name + " was sent two FINs");
            checkFinUp(call);
            call.finSent = true;
        }
    }

    /** Usher closes. */
    void closes(Wire wire, boolean reset) {
        trace.note(wire.name, reset ? "is reset" : "is closed");
        if (!open) {
            return;
        }
        Call call = call(wire);
        if (call == null) {
            Visit visit = visit(wire);
            visit.closedByReset = reset;
            if (!reset && !visit.finSent && !wire.isDead()) {
                checkFinDown(visit);
            }
        } else {
            call.closedByReset = reset;
            if (!reset && !call.finSent && !wire.isDead()) {
                checkFinUp(call);
            }
        }
    }

    private void checkFinUp(Call call) {
        boolean whole =
                call.possible.stream().anyMatch(visit -> visit.readFin && call.wire.written == visit.client.due());
        boolean vetted = call.possible.stream().anyMatch(visit -> visit.end != null && visit.isGranted());
        boolean unused = call.wire.written == 0 && vetted; // the client's hello is bad, or did not come
        rules.check(whole || unused, () -> call.wire.name + " was sent a FIN before the client's last byte");
    }

    private void checkFinDown(Visit visit) {
        Call source = visit.source;
        if (source != null) {
            boolean whole = source.readFin && visit.passedDown == source.heard();
            rules.check(whole, () -> visit + " was sent a FIN before the backend's last byte");
            return;
        }
        boolean empty =
                calls.stream().anyMatch(call -> call.possible.contains(visit) && call.readFin && call.heard() == 0);
        boolean refused = visit.end != null && fits.isRefusedRightly(visit);
        rules.check(empty || refused || visit.wire.isDead(), () -> visit + " was sent a FIN in place of an answer");
    }

    void ended(SessionEnd end) {
        Visit visit = Objects.requireNonNull(
                visitFrom.get((InetSocketAddress) end.identity().client()));
        trace.note(visit.wire.name, end.reason().word(), end.attempts());
        rules.check(visit.end == null, () -> visit + " has ended twice: " + end.reason());
        visit.ends(end, now);
        fits.check(visit, end);
    }
}
