package dev.usher.sim;

import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Whether the reason of an end fits what has happened, and what both sides see of the end. */
final class Fits {
    static final Duration HELLO = Duration.ofSeconds(5);
    static final Duration CONNECT = Duration.ofSeconds(2);
    static final Duration CONNECT_TOTAL = Duration.ofSeconds(5);
    static final Duration FIRST_BYTE = Duration.ofSeconds(3);
    static final Duration IDLE = Duration.ofSeconds(40);
    static final Duration HALF_CLOSED = Duration.ofSeconds(10);
    static final Duration LIFETIME = Duration.ofSeconds(25);
    /** Two looks at a side that is not read. */
    private static final long NOTICED_NANOS = Duration.ofMillis(2100).toNanos();

    /** The wait of a refused client, as the code has it. */
    static final Duration REFUSING = Duration.ofSeconds(1);

    static final int ALERT_BYTES = 7;

    private final Ledger ledger;
    private final Roll roll;
    private final Rules rules;
    private final List<Visit> justEnded = new ArrayList<>();
    private boolean scarceBuffers;
    private boolean killing;
    private long killedNanos = -1;
    private boolean removing;
    private boolean hasLifetime;
    private boolean calm;
    private boolean lateEvents;
    private ToIntFunction<@Nullable String> mostAttempts = _ -> 0;

    Fits(Ledger ledger, Roll roll, Rules rules) {
        this.rules = rules;
        this.ledger = ledger;
        this.roll = roll;
    }

    void scarceBuffers() {
        scarceBuffers = true;
    }

    void killing(boolean now) {
        killing = now;
        killedNanos = ledger.now();
    }

    /** A reload begins or ends. */
    void reloading(boolean now, boolean closesRemoved) {
        removing = now && closesRemoved;
    }

    /** The most attempts of a session, by pool. */
    void attempts(ToIntFunction<@Nullable String> most) {
        mostAttempts = most;
    }

    /** An event may be missed in a turn. */
    void lateEvents() {
        lateEvents = true;
    }

    /** No event comes late any more. */
    void calm() {
        calm = true;
    }

    void lifetime() {
        hasLifetime = true;
    }

    // ---- at the end ----

    void check(Visit visit, SessionEnd end) {
        justEnded.add(visit);
        rules.check(
                end.bytesOut() == visit.passedDown,
                () -> visit + ": " + end.bytesOut() + " bytes to the client in the log");
        rules.check(
                isBytesIn(visit, end.bytesIn()),
                () -> visit + ": " + end.bytesIn() + " bytes from the client in the log");
        rules.check(
                end.attempts() <= mostAttempts.applyAsInt(visit.client.talk.pool()),
                () -> visit + " had " + end.attempts() + " attempts");
        rules.check(end.totalNanos() == ledger.now() - visit.acceptedNanos, () -> visit + ": wrong time in the log");
        InetSocketAddress client = visit.client.tellsAddress() ? visit.client.preface.told() : visit.wire.far;
        rules.check(Objects.equals(client, end.identity().client()), () -> visit + ": wrong client in the log");
        Call source = visit.source;
        if (source != null) {
            String backend = source.answer.machine.address.getAddress().getHostAddress() + ":"
                    + source.answer.machine.address.getPort();
            rules.check(backend.equals(end.identity().backend()), () -> visit + ": wrong backend in the log");
        }
        rules.check(
                fits(visit, end.reason()),
                () -> visit + " ended as " + end.reason().word() + ", which does not fit;"
                        + roll.shown(String.valueOf(visit.client.talk.pool())));
    }

    private boolean isBytesIn(Visit visit, long count) {
        if (visit.source != null) {
            return count == clientBytes(visit, visit.source);
        }
        return count == 0 || calls(visit).stream().anyMatch(call -> clientBytes(visit, call) == count);
    }

    private static int clientBytes(Visit visit, Call call) {
        return Math.max(0, call.wire.written - visit.client.talk.front().length);
    }

    private List<Call> calls(Visit visit) {
        return ledger.calls().stream()
                .filter(call -> call.possible.contains(visit))
                .toList();
    }

    private boolean fits(Visit visit, CloseReason reason) {
        boolean opened = visit.client.hasOpened();
        boolean answered = visit.passedDown > 0;
        String pool = visit.client.hasAsked() ? visit.client.talk.pool() : null;
        return switch (reason) {
            case COMPLETED -> isCompleted(visit);
            case PROXY_HEADER -> lacksHeader(visit);
            case CLIENT_GONE_BEFORE_HELLO ->
                !opened
                        && (visit.readFin || visit.wire.isDead())
                        && !(visit.client.awaitsHeader() && visit.wire.read > 0);
            case HELLO_TIMEOUT ->
                (!opened || !visit.hasEveryWord()) // a client that takes no word is not heard any more
                        && !visit.client.awaitsHeader()
                        && (visit.isGranted() ? isLateWithin(visit) : isLate(visit));
            case CLIENT_RESET -> visit.wire.isDead();
            case BACKEND_RESET -> isBackendReset(visit);
            case BACKEND_CLOSED_EARLY ->
                !answered
                        && last(visit).stream()
                                .anyMatch(call -> call.heard() == 0 && (call.readFin || call.wire.isDead()));
            case BACKEND_SILENT -> !answered && isQuietFor(visit, HALF_CLOSED);
            case IDLE_TIMEOUT -> isQuietFor(visit, IDLE) && isStuck(visit);
            case HALF_CLOSED_TIMEOUT -> isQuietFor(visit, HALF_CLOSED) && isHalfClosed(visit) && isStuck(visit);
            case MAX_LIFETIME -> hasLifetime && ledger.now() - visit.acceptedNanos >= LIFETIME.toNanos();
            case NO_BACKEND -> pool != null && !roll.couldServe(pool);
            case CONNECT_REFUSED -> pool != null && answered(visit, pool, Knock.Answer.REFUSED);
            case CONNECT_FAILED ->
                pool != null
                        && (answered(visit, pool, Knock.Answer.UNREACHABLE)
                                || calls(visit).stream().anyMatch(Call::hasDeclined));
            case POSTGRES_EARLY_BYTES -> visit.isEarly();
            case CONNECT_TIMEOUT -> pool != null && ledger.now() - visit.acceptedNanos >= CONNECT.toNanos();
            case OUT_OF_SOCKETS -> pool != null && roll.lackedSocket(pool, visit.acceptedNanos);
            case OUT_OF_BUFFERS, HELLO_EVICTED -> scarceBuffers;
            case KILLED -> killing;
            case BACKEND_REMOVED -> removing;
            default -> visit.client.talk.isRefusedFor(reason, visit.wire.read);
        };
    }

    private boolean isLate(Visit visit) {
        return ledger.now() - visit.acceptedNanos >= HELLO.toNanos();
    }

    /** Behind the word that a backend is connected, the time for the hello begins. */
    private boolean isLateWithin(Visit visit) {
        return calls(visit).stream().anyMatch(call -> ledger.now() - call.connectedNanos >= HELLO.toNanos());
    }

    /** A proxy's header is malformed, cut short, or late. */
    private boolean lacksHeader(Visit visit) {
        SimClient client = visit.client;
        boolean cut = visit.wire.read > 0 && (visit.readFin || visit.wire.isDead());
        return client.kind == SimClient.Kind.MISTOLD || (client.awaitsHeader() && (cut || isLate(visit)));
    }

    private boolean answered(Visit visit, String pool, Knock.Answer answer) {
        return roll.answeredSince(pool, answer, visit.acceptedNanos);
    }

    private boolean isQuietFor(Visit visit, Duration limit) {
        return ledger.now() - visit.byteNanos >= limit.toNanos();
    }

    /** The calls from the last one on that has had bytes of the client. */
    private List<Call> last(Visit visit) {
        List<Call> all = calls(visit);
        int from = 0;
        for (int i = 0; i < all.size(); i++) {
            from = all.get(i).owner() == visit ? i : from;
        }
        return all.subList(from, all.size());
    }

    /** Whether the backend has broken off, and every byte before was passed on as far as the client took them. */
    private boolean isBackendReset(Visit visit) {
        Call source = visit.source;
        if (source == null) {
            return last(visit).stream().anyMatch(call -> call.wire.isDead());
        }
        boolean clientLags = visit.passedDown < source.heard() || !visit.wire.isWritable();
        boolean mayLackRoom = scarceBuffers; // a half that waits for room is not read, only looked at
        return source.wire.isDead() && (source.wire.readable() == 0 || clientLags || mayLackRoom);
    }

    /** Whether no byte could have gone on: the sides have none, or take none. */
    private boolean isStuck(Visit visit) {
        Call call = visit.source;
        if (!calm || call == null || visit.wire.isDead() || call.wire.isDead()) {
            return true;
        }
        boolean down =
                call.wire.arrived - call.answer.machine.greetingBytes() > visit.passedDown && visit.wire.isWritable();
        boolean up = visit.client.talk.due(visit.wire.arrived) > call.wire.written && call.wire.isWritable();
        return !down && !up;
    }

    private boolean isHalfClosed(Visit visit) {
        // a FIN for a client that is gone is not sent, and was passed on all the same
        boolean downEnded = visit.finSent || (visit.wire.isDead() && visit.source != null && visit.source.readFin);
        return downEnded || calls(visit).stream().anyMatch(call -> call.finSent || call.wire.isDead());
    }

    /** Both sides have said FIN and every byte is passed on; or the backend has, and took no more. */
    private boolean isCompleted(Visit visit) {
        for (Call call : calls(visit)) {
            boolean down = call.readFin && visit.passedDown == call.heard();
            boolean up = visit.readFin && call.wire.written == visit.client.due();
            if (down && (up || call.wire.isDead())) {
                return true;
            }
        }
        return false;
    }

    /** Whether the client has had the alert that is due, or was given the time to take it. */
    boolean isRefusedRightly(Visit visit) {
        boolean timeIsOver = ledger.now() - visit.endNanos >= REFUSING.toNanos();
        return visit.hasLastWord() || timeIsOver || killedNanos >= visit.endNanos;
    }

    // ---- after the turn ----

    /** What both sides see of the sessions that ended in this turn. */
    void checkEndings() {
        justEnded.removeIf(this::isSettled);
    }

    private boolean isSettled(Visit visit) {
        SessionEnd end = Objects.requireNonNull(visit.end);
        rules.check(!visit.isRefused() || visit.passedDown == 0, () -> visit + " was refused after an answer");
        boolean told = visit.isRefused() && visit.hasLastWord() && visit.isHeld();
        rules.check(
                !told || visit.finSent || visit.wire.isDead(), () -> visit + " was not sent a FIN behind its refusal");
        if (visit.isHeld() || visit.closedByReset == null) {
            return false;
        }
        Boolean reset = visit.closedByReset;
        rules.check(
                endsByReset(visit, end.reason()) == null || reset.equals(endsByReset(visit, end.reason())),
                () -> visit + " was " + (reset ? "reset" : "closed") + " at "
                        + end.reason().word());
        return true;
    }

    /** Whether the client is to get a RST; null where both will do. */
    private @Nullable Boolean endsByReset(Visit visit, CloseReason reason) {
        boolean whole = visit.source != null && visit.source.readFin && visit.passedDown == visit.source.heard();
        return switch (reason) {
            case CLIENT_RESET, BACKEND_RESET, OUT_OF_BUFFERS, HELLO_EVICTED, PROXY_HEADER -> true;
            case KILLED -> visit.isRefused() ? null : true;
            case COMPLETED -> false;
            case IDLE_TIMEOUT, HALF_CLOSED_TIMEOUT, MAX_LIFETIME, BACKEND_REMOVED ->
                visit.source == null ? null : Boolean.valueOf(!whole);
            case CLIENT_GONE_BEFORE_HELLO, HELLO_TIMEOUT, NOT_TLS, POSTGRES_CANCEL, POSTGRES_EARLY_BYTES -> false;
            case MALFORMED_BODY -> null;
            default -> reason == visit.client.talk.fault() ? !visit.isDueLastWord(reason) : null;
        };
    }

    /** Whoever is to be refused for words of its own is refused in the same turn. */
    void checkRefusals() {
        for (Visit visit : ledger.visits()) {
            boolean open = visit.end == null && visit.isHeld();
            boolean due = visit.isEarly() || visit.client.talk.mustBeRefused(visit.wire.read);
            rules.check(!open || !due, () -> visit + " is not refused as " + visit.client.talk.fault());
        }
    }

    /** A FIN behind the last byte is passed on in the same turn. */
    void checkFins() {
        for (Call call : ledger.calls()) {
            Visit visit = call.owner();
            if (visit == null || visit.end != null || !call.isHeld() || !visit.isHeld()) {
                continue;
            }
            boolean up = visit.readFin && call.wire.written == visit.client.due() && !call.wire.isDead();
            rules.check(!up || call.finSent, () -> call.wire.name + " was not sent the client's FIN");
            boolean down = call.readFin && visit.source == call && visit.passedDown == call.heard();
            rules.check(!down || visit.finSent || visit.wire.isDead(), () -> visit + " was not sent the backend's FIN");
        }
    }

    /** A broken side is found within two looks after the first turn that could look; the other side may be slow then. */
    void checkNotice(long lookedNanos) {
        for (Visit visit : ledger.visits()) {
            boolean open = visit.isHeld() && visit.end == null;
            rules.check(!open || isNoticed(visit, lookedNanos), () -> visit + " stays though a side is broken");
        }
    }

    /** No session outlives its deadlines: these have passed in the turn of its worker. */
    void checkDeadlines(long turnedNanos, long firstKnockNanos) {
        rules.check(turnedNanos - firstKnockNanos < CONNECT.toNanos(), "a connect outlives its time-out");
        for (Call call : ledger.calls()) {
            boolean asked = call.isHeld() && call.isAsked();
            rules.check(
                    !asked || turnedNanos - call.connectedNanos < CONNECT.toNanos(),
                    () -> call.wire.name + " is asked for longer than the time-out");
        }
        for (Visit visit : ledger.visits()) {
            if (!visit.isHeld()) {
                continue;
            }
            if (visit.end != null) {
                rules.check(
                        turnedNanos - visit.endNanos < REFUSING.toNanos() + 1,
                        () -> visit + " stays after its refusal");
                continue;
            }
            rules.check(
                    visit.client.hasOpened() || turnedNanos - heardFromNanos(visit, turnedNanos) < HELLO.toNanos(),
                    () -> visit + " outlives the hello time-out");
            // A last look moves bytes without an event. Times may wrap, so differences count.
            long quietNanos = Math.min(turnedNanos - visit.eventNanos, turnedNanos - visit.byteNanos);
            rules.check(quietNanos < IDLE.toNanos(), () -> visit + " outlives the idle time-out");
            boolean half =
                    visit.finSent || calls(visit).stream().anyMatch(call -> call.owner() == visit && call.finSent);
            rules.check(
                    !half || quietNanos < HALF_CLOSED.toNanos(), () -> visit + " outlives the half-closed time-out");
            rules.check(
                    !hasLifetime
                            || visit.source == null
                            || visit.eventNanos >= turnedNanos
                            || turnedNanos - visit.acceptedNanos < LIFETIME.toNanos(),
                    () -> visit + " outlives its lifetime");
        }
    }

    /** The beginning of the time for an opening, or for the hello behind a request; now if a backend is not connected. */
    private long heardFromNanos(Visit visit, long turnedNanos) {
        if (!visit.client.hasAsked()) {
            return visit.acceptedNanos;
        }
        long from = turnedNanos;
        for (Call call : calls(visit)) { // another client's may be among them, if it has had no byte
            boolean its =
                    visit.isGranted() && call.isHeld() && call.answer.machine.pool.equals(visit.client.talk.pool());
            from = its && (from == turnedNanos || from - call.connectedNanos < 0) ? call.connectedNanos : from;
        }
        return from;
    }

    /** A broken side is noticed soon, also where it is not read; but not behind its FIN. */
    private boolean isNoticed(Visit visit, long lookedNanos) {
        Call call = visit.source;
        if (call == null || !call.isHeld() || (!calm && lateEvents)) {
            return true;
        }
        return (visit.readFin || isNoticed(visit, visit.wire, lookedNanos))
                && (call.readFin || isNoticed(visit, call.wire, lookedNanos));
    }

    private static boolean isNoticed(Visit visit, Wire side, long lookedNanos) {
        return !side.isDead()
                || side.isFound()
                || lookedNanos - Math.max(visit.liveNanos, side.lookedNanos(lookedNanos)) < NOTICED_NANOS;
    }
}
