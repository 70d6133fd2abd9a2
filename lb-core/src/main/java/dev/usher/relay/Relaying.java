package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_CONNECT;
import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.usher.end.CloseReason;
import dev.usher.end.Ending;
import dev.usher.loop.Worker;
import dev.usher.opening.Boundary;
import dev.usher.pool.PoolTimeouts;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Bytes both ways, until both directions have ended or something breaks. After each event the conclusion is drawn. */
final class Relaying extends Quiet implements Phase {
    private static final int KEPT = RelayFact.BYTES_KEPT.when(true);

    private final Link link;
    private final Choice choice;
    private boolean halfClosed;
    /** True exactly during the turn of a check for a broken side. */
    private boolean looking;
    /** True exactly when the client has sent bytes that break its message. */
    private boolean broken;

    Relaying(Link link, Choice choice) {
        this.link = link;
        this.choice = choice;
    }

    @Override
    public Next begin() {
        if (!choice.opening().expectsAnswer()) {
            choice.attempts().needsNoAnswer();
        }
        awaitAnswer(link.worker.nowNanos());
        ByteBuffer word = choice.wordForConnected();
        if (word != null) {
            link.down.pass(word, link.worker);
        }
        sendKept();
        return settle();
    }

    @Override
    public Next onReady(Side side, int ops) {
        if (looking && (ops & OP_CONNECT) != 0) {
            return new Next.End(side == link.client ? CloseReason.CLIENT_RESET : CloseReason.BACKEND_RESET);
        }
        if ((ops & OP_WRITE) != 0) {
            if (side == link.backend) {
                sendKept();
            }
            halfInto(side).flush(link.worker);
        }
        if ((ops & OP_READ) != 0) {
            if (side == link.backend) {
                readBackend();
            } else {
                readClient();
            }
        }
        return conclude();
    }

    private Next conclude() {
        return broken ? onBrokenMessage() : settle();
    }

    /** The client can be told only while no byte of the backend has come. */
    private Next onBrokenMessage() {
        return choice.isUnanswered()
                ? new Next.Refuse(CloseReason.MALFORMED_BODY)
                : new Next.End(CloseReason.MALFORMED_BODY, Ending.RESET);
    }

    private Half halfInto(Side side) {
        return side == link.backend ? link.up : link.down;
    }

    private void sendKept() {
        ClientBytes kept = link.kept;
        if (kept.hasMore()) {
            link.up.sent(kept.sendTo(link.backend));
        }
        if (!choice.opening().expectsAnswer() && !kept.hasMore()) {
            link.forgetKept(); // the backend may have used the bytes, so no other may get them
        }
    }

    /** False if no byte has come. */
    private boolean readClient() {
        if (link.kept.hasMore() || !link.up.wantsRead()) {
            return false; // stale readiness: the other side's event in this turn has cleared the interest
        }
        boolean heard = link.up.read(link.worker) > 0;
        if (heard && keepsWithin(link.worker.buffer())) {
            link.up.pass(link.worker.buffer(), link.worker);
            link.forgetKept(); // the backend has now had more than can be said again
        }
        return heard;
    }

    /** Drops the bytes behind the end of the client's message; false if no byte is left. */
    private boolean keepsWithin(ByteBuffer bytes) {
        Boundary boundary = choice.opening().boundary();
        if (boundary == null) {
            return true;
        }
        int within = boundary.within(bytes);
        broken = within == Boundary.BROKEN;
        bytes.limit(bytes.position() + Math.max(0, within));
        return within > 0;
    }

    /** False if no byte has come. */
    private boolean readBackend() {
        Half down = link.down;
        if (!down.wantsRead()) {
            return false;
        }
        boolean heard = down.read(link.worker) > 0;
        if (heard) {
            ByteBuffer bytes = link.worker.buffer();
            if (!choice.attempts().wasAnswered()) {
                choice.attempts().answered(outcomeOf(bytes));
            }
            down.pass(bytes, link.worker);
        }
        if (choice.attempts().wasAnswered() && !link.kept.hasMore()) {
            link.forgetKept();
        }
        return heard;
    }

    private AttemptOutcome outcomeOf(ByteBuffer first) {
        if (!choice.opening().expectsAnswer()) {
            return AttemptOutcome.SPOKE;
        }
        return switch (choice.opening().judge(first)) {
            case ANSWER -> AttemptOutcome.ANSWERED;
            case REFUSAL -> AttemptOutcome.ANSWERED_NO;
            case FAULT -> AttemptOutcome.ANSWERED_FAULTILY;
            case UNCLEAR -> AttemptOutcome.ANSWERED_UNCLEARLY;
        };
    }

    // ---- the conclusion ----

    private Next settle() {
        return switch (Conclusion.of(facts())) {
            case CLIENT_RESET -> new Next.End(CloseReason.CLIENT_RESET);
            case TRY_ANOTHER -> new Next.TryAnother(AttemptOutcome.CLOSED_EARLY);
            case GIVE_UP -> {
                choice.attempts().failed(AttemptOutcome.CLOSED_EARLY);
                link.dropBackend();
                yield new Next.Refuse(CloseReason.BACKEND_CLOSED_EARLY);
            }
            case REFUSE -> new Next.Refuse(CloseReason.BACKEND_CLOSED_EARLY);
            case RESET_UNANSWERED -> new Next.End(CloseReason.BACKEND_CLOSED_EARLY, Ending.RESET);
            case BACKEND_RESET -> new Next.End(CloseReason.BACKEND_RESET);
            case HEAR_OUT -> hearBackendOut();
            case OUT_OF_BUFFERS -> new Next.End(CloseReason.OUT_OF_BUFFERS);
            case COMPLETED -> new Next.End(CloseReason.COMPLETED);
            case CLOSED_EARLY -> new Next.End(CloseReason.BACKEND_CLOSED_EARLY);
            case GO_ON -> goOn(false);
        };
    }

    private int facts() {
        return RelayFact.CLIENT_BROKEN.when(link.client.isBroken())
                | RelayFact.CLIENT_DEAF.when(link.client.isDeaf())
                | RelayFact.BACKEND_BROKEN.when(link.backend.isBroken())
                | RelayFact.BACKEND_DEAF.when(link.backend.isDeaf())
                | RelayFact.UP_ENDED.when(link.up.hasEnded())
                | RelayFact.UP_DRAINED.when(link.up.isDrained())
                | RelayFact.UP_SHUT.when(link.up.isShut())
                | RelayFact.DOWN_ENDED.when(link.down.hasEnded())
                | RelayFact.DOWN_DRAINED.when(link.down.isDrained())
                | RelayFact.DOWN_SHUT.when(link.down.isShut())
                | RelayFact.STARVED.when(link.up.isStarved() || link.down.isStarved())
                | RelayFact.BYTES_KEPT.when(link.kept.isKept())
                | RelayFact.BYTES_TO_SEND.when(link.kept.hasMore())
                | RelayFact.UNANSWERED.when(choice.isUnanswered())
                | RelayFact.REPEATABLE.when(choice.opening().isRepeatable());
    }

    /**
     * The backend takes no more bytes, and may have sent the reason before closing: an alert, or an answer to a request
     * it did not want to read. These bytes are passed on, followed by a RST, since the backend sent a RST.
     */
    private Next hearBackendOut() {
        link.forgetKept();
        link.up.abandon(link.worker);
        return goOn(true);
    }

    /** @param oneEnded whether a direction has ended by other means than a FIN */
    private Next goOn(boolean oneEnded) {
        boolean first = (passFins() || oneEnded) && !halfClosed;
        halfClosed |= first;
        watch();
        restart(link.worker.nowNanos());
        armQuiet();
        return first ? Next.HALF_CLOSE : Next.STAY;
    }

    /** Passes on a FIN after the last byte; the last FIN is passed on by closing. */
    private boolean passFins() {
        boolean up = passFin(link.up);
        boolean down = passFin(link.down);
        return up || down;
    }

    private static boolean passFin(Half half) {
        boolean due = half.isDrained() && !half.isShut();
        if (due) {
            half.shut();
        }
        return due;
    }

    private void watch() {
        boolean sending = link.kept.hasMore();
        link.client.watch((link.up.wantsRead() && !sending ? OP_READ : 0) | (link.down.wantsWrite() ? OP_WRITE : 0));
        link.backend.watch((link.down.wantsRead() ? OP_READ : 0) | (link.up.wantsWrite() || sending ? OP_WRITE : 0));
    }

    // ---- no byte passes ----

    @Override
    public Next onDeadline() {
        Due due = due(link.worker.nowNanos());
        boolean endsSilence = due == Due.SILENCE || due == Due.FIRST_BYTE;
        return endsSilence && stirs() ? conclude() : onDue(due);
    }

    /** Reads and writes both sides once more: a busy worker may find bytes here, come in time. False without a change. */
    private boolean stirs() {
        int before = facts();
        int toSend = link.kept.toSend(); // a half counts no byte of the front: a PROXY header, a rewritten head
        long passed = link.up.bytes() + link.down.bytes();
        sendKept();
        link.up.flush(link.worker);
        link.down.flush(link.worker);
        boolean client = readClient();
        boolean backend = readBackend();
        int changed = (before ^ facts()) & ~KEPT; // kept bytes may have made room for the look
        boolean sent = toSend != link.kept.toSend() || passed != link.up.bytes() + link.down.bytes();
        return client || backend || sent || changed != 0;
    }

    private Next onDue(Due due) {
        return switch (due) {
            case LIFETIME -> new Next.End(CloseReason.MAX_LIFETIME);
            case SILENCE -> afterSilence();
            case FIRST_BYTE -> onSilence();
            case KEEPALIVE -> {
                keptAlive();
                link.client.keepAlive();
                link.backend.keepAlive();
                yield whileQuiet();
            }
            case ROOM, LOOK, NOTHING -> whileQuiet();
        };
    }

    /** A client without a byte so far is refused, unless the client has had the backend's FIN. */
    private Next afterSilence() {
        if (!choice.isUnanswered()) {
            return new Next.End(halfClosed ? CloseReason.HALF_CLOSED_TIMEOUT : CloseReason.IDLE_TIMEOUT);
        }
        return link.down.isShut()
                ? new Next.End(CloseReason.BACKEND_SILENT, Ending.FIN_IF_WHOLE)
                : new Next.Refuse(CloseReason.BACKEND_SILENT);
    }

    /**
     * A slow backend is better than none, so a session leaves it only for another, looked for at most once a second.
     */
    private Next onSilence() {
        choice.attempts().silent();
        Next elsewhere = leaveBackend(AttemptOutcome.SILENT);
        if (elsewhere != null) {
            return elsewhere;
        }
        foundNoOther(link.worker.nowNanos());
        armQuiet();
        return Next.STAY;
    }

    @Override
    public @Nullable Next leaveBackend(AttemptOutcome why) {
        boolean may = awaitsAnswer() && choice.opening().isRepeatable() && !halfClosed;
        return may && choice.holdAnother() ? new Next.TryAnother(why) : null;
    }

    private Next whileQuiet() {
        Worker worker = link.worker;
        if (link.down.isWaitingForRoom()) {
            awaitAnswer(worker.nowNanos());
        }
        link.up.tryRoom(worker);
        link.down.tryRoom(worker);
        watch();
        armQuiet();
        if (looking) {
            looking = false; // a broken side would have shown in the last turn
        } else {
            look();
        }
        return Next.STAY;
    }

    /**
     * Checks whether a side that is not read was reset. The selector forgets a channel without an interest, and misses
     * a RST. Watched for {@code OP_CONNECT}, a connected channel is ready only if broken. One turn is enough to see,
     * and more would keep the selector awake, since the socket itself is writable.
     */
    private void look() {
        boolean client = isPaused(link.up, link.down) && link.client.hasResets();
        boolean backend = isPaused(link.down, link.up) && link.backend.hasResets();
        if (client) {
            link.client.watch(OP_CONNECT);
        }
        if (backend) {
            link.backend.watch(OP_CONNECT);
        }
        if (client || backend) {
            looking = true;
            link.arm(1); // the next turn
        }
    }

    private void armQuiet() {
        link.arm(leftNanos(link.worker.nowNanos()));
    }

    // ---- for the timers ----

    @Override
    PoolTimeouts timeouts() {
        return choice.attempts().pool().timeouts();
    }

    @Override
    long acceptedNanos() {
        return choice.client().acceptedNanos();
    }

    @Override
    boolean isHalfClosed() {
        return halfClosed;
    }

    @Override
    boolean awaitsAnswer() {
        return choice.isUnanswered() && link.kept.isKept() && !link.up.hasEnded();
    }

    @Override
    boolean hasNoRoomForAnswer() {
        return link.down.isWaitingForRoom();
    }

    @Override
    boolean waitsForRoom() {
        return link.up.isWaitingForRoom() || link.down.isWaitingForRoom();
    }

    @Override
    boolean isPaused() {
        return isPaused(link.up, link.down) || isPaused(link.down, link.up);
    }

    /**
     * Whether the source of {@code half} is open and neither read nor written. After our FIN to a side, the side's own
     * FIN looks like a RST, so such a side does not count.
     */
    private static boolean isPaused(Half half, Half back) {
        return !half.hasEnded() && !half.wantsRead() && !back.wantsWrite() && !back.isShut();
    }
}
