package dev.usher.sim;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A connection to a backend, as seen from outside. */
final class Call {
    final SimAnswer answer;
    final SimSocket socket;
    final Wire wire;
    final long connectedNanos;
    /** The visits whose bytes are all that came so far. */
    final List<Visit> possible;

    boolean readFin;
    boolean finSent;

    @Nullable
    Boolean closedByReset;

    Call(SimAnswer answer, SimSocket socket, List<Visit> visits, long connectedNanos) {
        this.answer = answer;
        this.socket = socket;
        this.wire = answer.wire;
        this.connectedNanos = connectedNanos;
        this.possible = new ArrayList<>(visits);
    }

    boolean isHeld() {
        return socket.isHeld();
    }

    @Nullable
    Visit owner() {
        return possible.size() == 1 ? possible.getFirst() : null;
    }

    /** Whether the backend has yet to answer usher itself. */
    boolean isAsked() {
        return answer.machine.greetingBytes() > 0 && wire.read == 0;
    }

    /** Whether the backend has answered usher itself, and not with a yes alone; or has gone. */
    boolean hasDeclined() {
        boolean spoken = wire.read > 0 || readFin || wire.isDead();
        return answer.machine.greetingBytes() > 0 && wire.written <= PostgresTalk.REQUEST_BYTES && spoken;
    }

    /** Whether usher may begin with the client's bytes. */
    boolean isGreeted() {
        int due = answer.machine.greetingBytes();
        return due == 0 || (wire.read == due && wire.stream.matches(ByteBuffer.wrap(SimAnswer.YES), due, 0));
    }

    /** Bytes that usher has read for the client, without an answer to usher itself. */
    int heard() {
        return Math.max(0, wire.read - answer.machine.greetingBytes());
    }

    /** Whether these are the backend's bytes for the client from an offset on. */
    boolean says(ByteBuffer bytes, int count, int from) {
        return wire.stream.matches(bytes, count, answer.machine.greetingBytes() + from);
    }

    /** Usher's own bytes come first, as many for every client that is possible. */
    int frontBytes() {
        return possible.getFirst().client.talk.front().length;
    }

    /** Bytes of a client that the backend was sent, of those from {@code from} to {@code to}; usher's own come first. */
    int ofClient(int from, int to) {
        int front = frontBytes();
        return Math.max(front, to) - Math.max(front, from);
    }
}
