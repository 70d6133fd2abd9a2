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

    /** Bytes that usher has read for the client, without an answer to usher itself. */
    int heard() {
        return Math.max(0, wire.read - answer.machine.greetingBytes());
    }

    /** Whether these are the backend's bytes for the client from an offset on. */
    boolean says(ByteBuffer bytes, int count, int from) {
        return wire.stream.matches(bytes, count, answer.machine.greetingBytes() + from);
    }

    /** Bytes of a client that the backend was sent, of those from {@code from} to {@code to}; usher's own come first. */
    int ofClient(int from, int to) {
        int front = possible.getFirst().client.talk.front().length;
        return Math.max(front, to) - Math.max(front, from);
    }
}
