package dev.usher.loop;

import dev.usher.time.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One listening socket of one worker. Every worker has its own for each address, by {@code SO_REUSEPORT}, and the
 * kernel spreads the connections.
 *
 * <p>Accepting pauses instead of spinning when the process has no descriptor left, and instead of refusing when a
 * connection limit is reached: connections then wait in the kernel's queue. It goes on when a session ends here, or
 * after {@link #PAUSE_NANOS}, whichever is first.
 */
public final class ListenSocket implements Ready {
    /** Connections that wait in the kernel; the default of 50 loses a burst to a second's retransmission. */
    private static final int BACKLOG = 4096;
    /** Taken at once, before the sessions that are open get their turn. */
    private static final int ACCEPTS_PER_TURN = 64;
    /** Long enough to cost nothing, short enough for a client not to notice. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Running out of descriptors is worth a line, but not ten a second. */
    private static final long COMPLAIN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(ListenSocket.class);

    /** Who gets the connections. */
    public interface Owner {
        /** Why one more connection would be over the limits, or null if there is room. Asked before each accept. */
        @Nullable
        AcceptPause full();

        /** Accepting has stopped for a while. */
        void onPaused(AcceptPause why);

        /** Takes a connection: non-blocking, without Nagle's delay, not yet registered. */
        void onAccepted(SocketChannel channel);
    }

    private final Worker worker;
    private final Owner owner;
    private final ServerSocketChannel channel;
    private final SelectionKey key;
    private final Deadline pause = new Deadline(this::resume);
    private long complainedNanos;
    /** True exactly while the selector watches it. */
    private boolean accepting;

    /**
     * Opens the socket. Connections queue up in the kernel until {@link #resume}. On the worker's thread.
     */
    public ListenSocket(Worker worker, InetSocketAddress address, Owner owner) throws IOException {
        this.worker = worker;
        this.owner = owner;
        this.channel = worker.sockets().listen(address, BACKLOG);
        this.key = worker.register(channel, 0, this);
        this.complainedNanos = worker.nowNanos() - COMPLAIN_EVERY_NANOS;
    }

    /** The address that it is bound to, with the port that the system gave where 0 was asked for. */
    public InetSocketAddress address() throws IOException {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    @Override
    public void onReady(int ops) {
        for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
            AcceptPause full = owner.full();
            if (full != null) {
                pause(full);
                return;
            }
            if (!acceptOne()) {
                return;
            }
        }
    }

    @Override
    public void onBug(Throwable bug) {
        pause(AcceptPause.BUG);
    }

    /** Begins to accept, or goes on with it: there is room. */
    public void resume() {
        if (accepting || !key.isValid()) {
            return;
        }
        accepting = true;
        worker.cancel(pause);
        key.interestOps(SelectionKey.OP_ACCEPT);
    }

    /**
     * Takes all that the kernel has queued, and closes. A {@code SO_REUSEPORT} socket that is closed drops the
     * connections in its own queue, although its siblings could have taken them. By mail only, not from an event.
     */
    public void close() throws IOException {
        worker.cancel(pause);
        try {
            worker.unregister(key); // a registered socket would go on to listen until the next select
            int taken = 0;
            while (taken < BACKLOG && acceptOne()) { // what comes later than a whole queue is not waited for
                taken++;
            }
        } finally {
            channel.close();
        }
    }

    /** @return false if there was none, or it could not be taken */
    private boolean acceptOne() {
        SocketChannel accepted;
        try {
            accepted = channel.accept();
            if (accepted == null) {
                return false;
            }
        } catch (IOException e) { // EMFILE, ENFILE, ENOBUFS, ENOMEM: aborted connections never get here
            complain(e);
            pause(AcceptPause.NO_DESCRIPTORS);
            return false;
        }
        try {
            accepted.configureBlocking(false);
            accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        } catch (IOException goneAlready) {
            worker.close(accepted);
            return true;
        }
        owner.onAccepted(accepted);
        return true;
    }

    private void pause(AcceptPause why) {
        if (accepting && key.isValid()) {
            accepting = false;
            key.interestOps(0);
            owner.onPaused(why);
            worker.arm(pause, PAUSE_NANOS);
        }
    }

    private void complain(IOException cause) {
        if (worker.nowNanos() - complainedNanos >= COMPLAIN_EVERY_NANOS) {
            complainedNanos = worker.nowNanos();
            log.error(
                    "{}: cannot accept ({}); connections wait in the kernel until descriptors are free. Raise the "
                            + "limit of open files (ulimit -n, LimitNOFILE) or lower limits.max_connections",
                    worker,
                    cause.getMessage());
        }
    }
}
