package dev.usher.loop;

import dev.usher.config.ListenOptions;
import dev.usher.time.Deadline;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket of one worker. Every worker opens its own socket for each TCP address, with {@code SO_REUSEPORT},
 * and the kernel spreads the connections; after a take-over a worker may have several. A unix socket has one worker, and
 * the owner spreads the connections.
 *
 * <p>Accepting pauses when the process has no descriptor left, instead of spinning, and when a connection limit is
 * reached, instead of refusing: connections then wait in the kernel's queue. Accepting resumes when a session ends on
 * this worker, or after {@link #PAUSE_NANOS}, whichever is first.
 */
public final class ListenSocket implements Ready {
    /**
     * Connections that may wait in the kernel. With the default of 50, a burst is dropped and retried only after a
     * second.
     */
    private static final int BACKLOG = 4096;
    /** Accepts in one turn, so that open sessions get their turn too. */
    private static final int ACCEPTS_PER_TURN = 64;
    /** Long enough to cost nothing, short enough for clients not to notice. */
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    /** Running out of descriptors is worth a log line, but not ten a second. */
    private static final long COMPLAIN_EVERY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(ListenSocket.class);

    /** Receives the connections of a listening socket. */
    public interface Owner {
        /** The limit that the next connection would exceed, or null if there is room. Asked before each accept. */
        @Nullable
        AcceptPause full();

        /** Called when accepting has stopped for a while. */
        void onPaused(AcceptPause why);

        /** Takes a connection: non-blocking, without Nagle's delay, not yet registered with any worker. */
        void onAccepted(SocketChannel channel);
    }

    private final Worker worker;
    private final Owner owner;
    private final ServerSocketChannel channel;
    private final SelectionKey key;
    private final SocketAddress address;
    private final boolean tcp;
    private final Deadline pause = new Deadline(this::resume);
    private long complainedNanos;
    /** Options that the socket has; null for a given socket, whose options are unknown. */
    private @Nullable ListenOptions tuned;
    /** True exactly while the selector watches the socket. */
    private boolean accepting;

    private ListenSocket(
            Worker worker,
            ServerSocketChannel channel,
            SocketAddress address,
            @Nullable ListenOptions tuned,
            Owner owner)
            throws IOException {
        this.worker = worker;
        this.owner = owner;
        this.channel = channel;
        this.address = address;
        this.tcp = address instanceof InetSocketAddress;
        this.tuned = tuned;
        this.key = worker.register(channel, 0, this);
        this.complainedNanos = worker.nowNanos() - COMPLAIN_EVERY_NANOS;
    }

    /**
     * Opens a worker's sockets of an address: a new socket, or the {@link dev.usher.descriptor.GivenSockets} of the worker, perhaps no or
     * several. Connections queue up in the kernel until {@link #resume}. On the worker's thread.
     *
     * @param index of the worker, from 0
     * @param workers number of workers
     */
    public static List<ListenSocket> open(
            Worker worker, int index, int workers, SocketAddress address, ListenOptions options, Owner owner)
            throws IOException {
        List<ListenSocket> opened = open(worker, index, workers, address, options.freebind(), owner);
        opened.forEach(socket -> socket.tune(options));
        return opened;
    }

    private static List<ListenSocket> open(
            Worker worker, int index, int workers, SocketAddress address, boolean freebind, Owner owner)
            throws IOException {
        Sockets sockets = worker.sockets();
        if (!sockets.isGiven(address)) {
            ServerSocketChannel channel = sockets.listen(address, BACKLOG, freebind);
            return List.of(new ListenSocket(worker, channel, channel.getLocalAddress(), ListenOptions.DEFAULT, owner));
        }
        List<ListenSocket> given = new ArrayList<>();
        for (ServerSocketChannel channel : sockets.given(address, index, workers)) {
            given.add(new ListenSocket(worker, channel, address, null, owner));
        }
        return given;
    }

    /** Takes over the options that may change while the socket listens. */
    public void tune(ListenOptions options) {
        if (!tcp || options.equals(tuned)) {
            return;
        }
        try {
            worker.sockets().tune(channel, options);
            tuned = options;
        } catch (IOException e) {
            log.warn("{}: the options of {} stay as they were: {}", worker, address, e.getMessage());
        }
    }

    /** The bound address, with the port that the system chose where port 0 was asked for. */
    public SocketAddress address() {
        return address;
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

    /** Starts accepting, or resumes after a pause. */
    public void resume() {
        if (accepting || !key.isValid()) {
            return;
        }
        accepting = true;
        worker.cancel(pause);
        key.interestOps(SelectionKey.OP_ACCEPT);
    }

    /**
     * Accepts the connections that the kernel has queued, and closes. Closing a {@code SO_REUSEPORT} socket drops the
     * connections in its queue, although its siblings could have taken them. Call by mail only, not from within an
     * event.
     */
    public void close() throws IOException {
        worker.cancel(pause);
        try {
            worker.unregister(key); // while registered, the socket would go on listening until the next select
            int taken = 0;
            // at most one full queue: later arrivals must not hold up the close
            while (taken < BACKLOG && acceptOne()) {
                taken++;
            }
        } finally {
            channel.close();
        }
    }

    /** Closes at once: a successor has the socket too, and takes the connections in the queue. By mail only. */
    public void leave() throws IOException {
        worker.cancel(pause);
        try {
            worker.unregister(key);
        } finally {
            channel.close();
        }
    }

    /** @return false if no connection was waiting, or accepting failed */
    private boolean acceptOne() {
        SocketChannel accepted;
        try {
            accepted = channel.accept();
            if (accepted == null) {
                return false;
            }
        } catch (IOException e) { // EMFILE, ENFILE, ENOBUFS, ENOMEM; an aborted connection causes no exception here
            complain(e);
            pause(AcceptPause.NO_DESCRIPTORS);
            return false;
        }
        try {
            accepted.configureBlocking(false);
            if (tcp) {
                accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
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
