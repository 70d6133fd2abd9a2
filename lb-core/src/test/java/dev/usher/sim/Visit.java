package dev.usher.sim;

import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A session, as seen from outside. */
final class Visit {
    final SimClient client;
    final Wire wire;

    @Nullable
    SimSocket socket;

    long acceptedNanos;
    /** The last byte in either direction, or another sign of a peer. */
    long byteNanos;
    /** The last event of one of its sockets. */
    long eventNanos;
    /** The last event of a socket that is not broken. */
    long liveNanos;

    boolean readFin;
    /** The connection to the backend whose bytes the client gets; null until the first byte. */
    @Nullable
    Call source;
    /** Bytes of the source that the client was sent. */
    int passedDown;
    /** Bytes of usher's own that the client was sent. */
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    /** The part of them that came before the end. */
    private int saidBeforeEnd;

    boolean finSent;

    @Nullable
    Boolean closedByReset;
    /** True exactly when its listener's queue was dropped, for want of descriptors. */
    boolean dropped;

    @Nullable
    SessionEnd end;

    long endNanos;

    Visit(SimClient client) {
        this.client = client;
        this.wire = client.wire;
    }

    boolean isHeld() {
        return socket != null && socket.isHeld();
    }

    void ends(SessionEnd with, long nanos) {
        end = with;
        endNanos = nanos;
        saidBeforeEnd = said.size();
    }

    /** Usher says the next {@code count} bytes of the buffer; false if these are no words for now. */
    boolean says(ByteBuffer bytes, int count) {
        int from = said.size();
        for (int i = 0; i < count; i++) {
            said.write(bytes.get(bytes.position() + i));
        }
        return end == null
                ? client.talk.isWord(said.toByteArray(), from, wire.read)
                : LastWord.missing(client.talk, said.toByteArray(), saidBeforeEnd, end.reason()) >= 0;
    }

    /** Whether usher has said something of its own since the end. */
    boolean isRefused() {
        return said.size() > saidBeforeEnd && end != null;
    }

    /** Whether the last word that is due, if any, was said as a whole. */
    boolean hasLastWord() {
        return end != null && LastWord.missing(client.talk, said.toByteArray(), saidBeforeEnd, end.reason()) == 0;
    }

    /** Whether every word before the backend's first byte was said. */
    boolean hasEveryWord() {
        return saidBeforeEnd() == client.talk.wordBytes();
    }

    /** Whether the client is due a last word at its end. */
    boolean isDueLastWord(CloseReason reason) {
        Talk talk = client.talk;
        return LastWord.isDue(talk.form(talk.wordsIn(saidBeforeEnd)), reason);
    }

    /** Whether the client has had a part of the word that tells of a connected backend. */
    boolean isGranted() {
        return client.talk.isGrant(client.talk.wordsIn(saidBeforeEnd()));
    }

    /** Whether the client has not waited for a word that it had to wait for. */
    boolean isEarly() {
        return client.talk.isEarly(saidBeforeEnd(), wire.read);
    }

    private int saidBeforeEnd() {
        return end == null ? said.size() : saidBeforeEnd;
    }

    @Override
    public String toString() {
        return wire.name + " (" + client.kind + ")";
    }
}
