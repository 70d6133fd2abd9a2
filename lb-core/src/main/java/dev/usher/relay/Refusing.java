package dev.usher.relay;

import static java.nio.channels.SelectionKey.OP_READ;
import static java.nio.channels.SelectionKey.OP_WRITE;

import dev.usher.end.CloseReason;
import dev.usher.end.Ending;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The last word to a client, a FIN, and a short wait for the client's FIN, so that no RST destroys the word. */
final class Refusing implements Phase {
    /** A live client reads the refusal within this time. */
    private static final long REFUSING_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A client still sending after this many bytes does not read the refusal. */
    private static final int MAX_DISCARDED_BYTES = 256 * 1024;

    private final Link link;
    private final ByteBuffer word;
    private final Next over;
    private int discardedBytes;

    /** @param word from position to limit */
    Refusing(Link link, CloseReason reason, ByteBuffer word) {
        this.link = link;
        this.word = word;
        this.over = new Next.End(reason, Ending.CLOSE);
    }

    @Override
    public Next begin() {
        link.forgetKept();
        link.arm(REFUSING_NANOS);
        return say();
    }

    private Next say() {
        if (link.client.write(word) == Side.BROKEN) {
            return over;
        }
        if (word.hasRemaining()) {
            link.client.watch(OP_WRITE);
        } else {
            link.client.shutdownOutput();
            link.client.watch(OP_READ);
        }
        return Next.STAY;
    }

    @Override
    public Next onReady(Side side, int ops) {
        if (word.hasRemaining()) {
            return say();
        }
        int count = discard();
        discardedBytes += Math.max(0, count);
        return count < 0 || discardedBytes > MAX_DISCARDED_BYTES ? over : Next.STAY;
    }

    /** Reads up to 256 KiB, once; the result is of {@link Side#read}. */
    private int discard() {
        return link.client.read(link.worker.buffer().clear());
    }

    /** A busy worker may find bytes here: left unread, these bytes would turn the close into a RST. */
    @Override
    public Next onDeadline() {
        int _ = discard();
        return over;
    }

    @Override
    public @Nullable Next leaveBackend(AttemptOutcome gone) {
        return null; // it is left already
    }
}
