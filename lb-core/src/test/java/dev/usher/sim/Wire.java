package dev.usher.sim;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection between usher, the near end, and a peer, the far end, as both kernels see it. What the far end does
 * is on its way until {@link #deliver}; what usher does is there at once.
 */
final class Wire {
    static final int WIDE = 100_000;

    final String name;
    final InetSocketAddress near;
    final InetSocketAddress far;
    /** What the far end may send. */
    final Stream stream;
    /** Bytes of usher's that the two kernels hold for the far end. */
    private int room;

    private final Trace trace;

    // ---- from the far end to usher ----

    int sent;
    int arrived;
    int read;
    private boolean finSent;
    private boolean finArrived;
    private boolean resetSent;
    /** The kernel tells of a broken connection once. */
    private @Nullable String error;
    /** True exactly when the connection is broken, whether told or not. */
    private boolean dead;

    private long deadNanos;
    private long lookedNanos;
    /** True exactly when a call of usher's has failed on the broken connection. */
    private boolean found;
    /** True exactly when the far machine neither takes nor sends anything any more. */
    private boolean lost;
    /** True exactly when the far end reads no more: what still comes is answered by a RST. */
    private boolean farClosed;

    // ---- from usher to the far end ----

    int written;
    int taken;
    private boolean nearFin;
    private boolean nearReset;
    private boolean nearClosed;
    private boolean keptAlive;

    Wire(String name, InetSocketAddress near, InetSocketAddress far, Stream stream, int room, Trace trace) {
        this.name = name;
        this.near = near;
        this.far = far;
        this.stream = stream;
        this.room = room;
        this.trace = trace;
    }

    // ---- the far end ----

    /** Sends so many more bytes of the stream. */
    void send(int count) {
        if (!isOverForFar() && !finSent) {
            sent += count;
            trace.note(name, "sends", count);
        }
    }

    void sendFin() {
        if (!isOverForFar() && !finSent) {
            finSent = true;
            trace.note(name, "sends FIN");
        }
    }

    void sendReset() {
        if (!isOverForFar()) {
            resetSent = true;
            trace.note(name, "sends RST");
        }
    }

    /** Closes: a FIN, unless bytes of usher are unread. */
    void closeFar() {
        if (taken < written) {
            sendReset();
        } else {
            sendFin();
            farClosed = true;
        }
    }

    void lose() {
        lost = true;
        trace.note(name, "is lost");
    }

    /** Takes bytes of usher; returns the number. */
    int take(int most) {
        int count = lost || nearReset ? 0 : Math.min(most, written - taken);
        taken += count;
        if (count > 0) {
            trace.note(name, "takes", count);
        }
        return count;
    }

    /** Whether the far end has usher's FIN, and every byte before the FIN. */
    boolean farSeesFin() {
        return nearFin && taken == written && !nearReset && !lost;
    }

    boolean farSeesReset() {
        return nearReset && !lost;
    }

    boolean hasSentAll() {
        return sent == stream.length();
    }

    boolean hasSentFin() {
        return finSent;
    }

    boolean hasSentReset() {
        return resetSent;
    }

    boolean isLost() {
        return lost;
    }

    /** Whether nothing that the far end does matters any more. */
    boolean isOverForFar() {
        return resetSent || nearReset || lost;
    }

    // ---- the way ----

    boolean hasUnderWay() {
        return !dead && !nearClosed && !lost && (arrived < sent || finSent != finArrived || resetSent);
    }

    /**
     * Brings what is under way a step further: bytes, then a FIN, then a RST.
     *
     * @param most bytes
     * @param overtakes whether a RST destroys the bytes before it
     */
    void deliver(int most, boolean overtakes) {
        if (resetSent && (overtakes || (arrived == sent && finSent == finArrived))) {
            breakOff("Connection reset by peer");
        } else if (arrived < sent) {
            int count = Math.min(most, sent - arrived);
            arrived += count;
            trace.note(name, "delivers", count);
        } else if (finSent && !finArrived) {
            finArrived = true;
            trace.note(name, "delivers FIN");
        }
    }

    private void breakOff(String why) {
        dead = true;
        deadNanos = trace.now();
        lookedNanos = 0;
        error = finArrived ? "Broken pipe" : why;
        trace.note(name, "is broken");
    }

    /** The kernel has waited long enough for a sign of life of a lost peer. */
    boolean isGivenUp() {
        return lost && keptAlive && !dead && !nearClosed;
    }

    void giveUp() {
        breakOff("Connection timed out");
    }

    // ---- usher's end, by its socket ----

    int readable() {
        return arrived - read;
    }

    int writable() {
        return room - (written - taken);
    }

    boolean isReadable() {
        return arrived > read || finArrived;
    }

    /** As Linux has it: a third of the room must be free. */
    boolean isWritable() {
        return writable() >= (written - taken) / 2 + 1;
    }

    /** Whether the kernel reports the channel whatever usher waits for. */
    boolean isHungUp() {
        return dead || (finArrived && nearFin);
    }

    boolean isFinArrived() {
        return finArrived;
    }

    boolean isDead() {
        return dead;
    }

    /**
     * When usher could first look at the broken connection: workers may sleep for long before.
     *
     * @param looked the last time at which every worker could look
     */
    long lookedNanos(long looked) {
        if (lookedNanos == 0) {
            lookedNanos = looked > deadNanos ? looked : 0;
        }
        return lookedNanos == 0 ? looked : lookedNanos;
    }

    void found() {
        found = true;
    }

    boolean isFound() {
        return found;
    }

    boolean hasNearFin() {
        return nearFin;
    }

    boolean hasNearReset() {
        return nearReset;
    }

    void throwError() throws IOException {
        if (error != null) {
            String told = error;
            error = null;
            throw new SocketException(told);
        }
    }

    /** Usher's bytes for a far end that has closed bring a RST back. */
    void wrote(int count) {
        written += count;
        if (farClosed) {
            resetSent = true;
        }
    }

    /** Takes many bytes at once from now on. */
    void widen() {
        room = WIDE;
    }

    void keepAlive() {
        keptAlive = true;
    }

    void nearFin() {
        nearFin = true;
    }

    /** @param reset whether the close is to send a RST, as with a linger of 0 */
    void nearClose(boolean reset) {
        nearClosed = true;
        if (reset || read < arrived) {
            nearReset = true;
        } else {
            nearFin = true;
        }
    }

    boolean isNearClosed() {
        return nearClosed;
    }

    @Override
    public String toString() {
        return name;
    }
}
