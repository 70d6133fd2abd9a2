package dev.usher.loop;

import dev.usher.descriptor.GivenSockets;
import dev.usher.metrics.Counter;
import dev.usher.time.Clock;
import dev.usher.time.Deadline;
import dev.usher.time.Timers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread of the data plane. Each turn waits for ready channels or the next deadline, serves the ready channels,
 * fires passed deadlines, and runs tasks posted by other threads. Every channel registered here is used by this thread
 * alone, so no event needs a lock.
 *
 * <p>Closing takes two steps with the JDK's channels. Calling {@code close()} on a registered NIO channel does not close it: the JDK shuts it
 * down and frees the descriptor at the next select, with two more system calls and, for an abort, no RST until then. So
 * {@link #close} cancels the key, and the channel is closed after the next select, when no longer registered.
 */
public final class Worker {
    /** A large read replaces many small ones; this size still fits a core's cache. */
    public static final int BUFFER_BYTES = 256 * 1024;

    /**
     * Mail lists sessions or closes sessions. A longer queue means that the worker is stuck, and the caller must know.
     */
    private static final int MAX_MAIL = 1024;
    /** Mail read in one turn, so that a flood cannot starve the sessions. */
    private static final int MAIL_PER_TURN = 64;
    /** Deadlines fired in one turn, for the same reason; the rest are due at once in the next turn. */
    private static final int DEADLINES_PER_TURN = 1024;

    /**
     * Pause after a failed turn: a fault that repeats must not take a whole core, nor fill the disk with stack traces.
     */
    private static final long AFTER_FAULT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    private final String name;
    private final Sockets sockets;
    private final Clock clock;
    private final Selector selector;
    private final Timers timers = new Timers();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final BufferPool buffers;
    private final Queue<Runnable> mail = new ConcurrentLinkedQueue<>();
    private final AtomicInteger mailCount = new AtomicInteger();
    private final ArrayDeque<SocketChannel> closing = new ArrayDeque<>();
    /** Made once: a lambda at the call would be allocated each turn. */
    private final Consumer<SelectionKey> onSelected = this::serve;

    private final Counter turns = new Counter();
    private final Counter bugs = new Counter();
    private long nowNanos;
    /** True exactly while the wait of this turn may have made {@link #nowNanos} old. */
    private boolean nowIsStale;

    private volatile boolean stopping;

    /** A worker that opens every listening socket itself. */
    public Worker(String name, SelectorProvider provider, Clock clock, long heldBytesBudget) throws IOException {
        this(name, provider, GivenSockets.NONE, clock, heldBytesBudget);
    }

    /**
     * @param name name of the thread
     * @param given listening sockets that are there
     * @param heldBytesBudget the most bytes that the {@link BufferPool} may hand out
     */
    public Worker(String name, SelectorProvider provider, GivenSockets given, Clock clock, long heldBytesBudget)
            throws IOException {
        this.name = name;
        this.sockets = new Sockets(provider, given);
        this.clock = clock;
        this.selector = provider.openSelector();
        this.buffers = new BufferPool(heldBytesBudget);
        this.nowNanos = clock.nanos();
    }

    // ---- for other threads ----

    /** Starts the thread, which runs until {@link #stop}. */
    public Thread start() {
        return Thread.ofPlatform().name(name).start(this::run);
    }

    /**
     * Posts a task to the worker's thread.
     *
     * @return false if the mailbox is full, and the task will not run
     */
    public boolean submit(Runnable task) {
        if (mailCount.incrementAndGet() > MAX_MAIL) {
            mailCount.decrementAndGet();
            return false;
        }
        mail.add(task);
        selector.wakeup();
        return true;
    }

    /** Asks the thread to end after the current turn. The thread then closes every registered channel. */
    public void stop() {
        stopping = true;
        selector.wakeup();
    }

    /** Turns of the loop so far. */
    public Counter turns() {
        return turns;
    }

    /** Exceptions that reached the loop. */
    public Counter bugs() {
        return bugs;
    }

    // ---- the loop ----

    /** Runs turns until {@link #stop}, then closes every registered channel. For the thread that owns this worker. */
    public void run() {
        while (!stopping) {
            try {
                runOnce();
            } catch (Throwable bug) { // the loop must survive: sessions depend on it
                onBug("one turn of the event loop failed; continuing", bug);
                LockSupport.parkNanos(AFTER_FAULT_NANOS);
            }
        }
        closeAll();
    }

    /** Runs one turn: waits for something to do, and does it. Tests may call this by hand if no thread was started. */
    public void runOnce() throws IOException {
        Thread.interrupted(); // no code here uses interrupts, and a set flag would make every select return at once
        int ripe = closing.size();
        nowIsStale = true;
        select(ripe > 0);
        refreshNow();
        closeRipe(ripe);
        timers.expire(nowNanos, DEADLINES_PER_TURN);
        readMail();
        turns.increment();
    }

    /** Waits, and serves ready channels from within the select. */
    private void select(boolean somethingToClose) throws IOException {
        if (somethingToClose || !mail.isEmpty()) {
            selector.selectNow(onSelected);
            return;
        }
        long wait = timers.nanosToNext(clock.nanos());
        if (wait == 0) {
            selector.selectNow(onSelected);
        } else if (wait == Timers.NEVER) {
            selector.select(onSelected);
        } else { // rounded up: waking a moment too early would waste a turn
            selector.select(onSelected, TimeUnit.NANOSECONDS.toMillis(wait) + 1);
        }
    }

    private void serve(SelectionKey key) {
        if (nowIsStale) {
            refreshNow();
        }
        Ready ready = (Ready) key.attachment();
        try {
            if (key.isValid()) {
                ready.onReady(key.readyOps());
            }
        } catch (Throwable bug) {
            onBug("a bug in usher, which closes this connection", bug);
            ready.onBug(bug);
        }
    }

    private void refreshNow() {
        nowNanos = clock.nanos();
        nowIsStale = false;
    }

    /** Closes channels given up before the last select; by now they are no longer registered. */
    private void closeRipe(int count) {
        for (int i = 0; i < count; i++) {
            Sockets.closeQuietly(closing.removeFirst());
        }
    }

    private void readMail() {
        for (int i = 0; i < MAIL_PER_TURN; i++) {
            Runnable task = mail.poll();
            if (task == null) {
                return;
            }
            mailCount.decrementAndGet();
            task.run();
        }
    }

    private void closeAll() {
        try {
            selector.selectNow();
            closeRipe(closing.size());
            for (SelectionKey key : selector.keys()) {
                key.channel().close();
            }
            selector.close();
            buffers.close();
        } catch (IOException e) {
            log.warn("{}: closing at exit failed", name, e);
        }
    }

    // ---- for code that runs on this worker ----

    /** The time of this turn: the moment when the first ready channel was found. */
    public long nowNanos() {
        return nowNanos;
    }

    /** The clock itself, for the few measurements that need more precision than a turn. */
    public Clock clock() {
        return clock;
    }

    /** Counts and logs a fault that the caller could contain. */
    public void onBug(String what, Throwable bug) {
        bugs.increment();
        log.error("{}: {}", name, what, bug);
    }

    /** The shared buffer for every read of this worker; its contents are valid until the user returns. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** Buffers for bytes that outlive an event. */
    public BufferPool buffers() {
        return buffers;
    }

    /** Arms a deadline {@code nanos} from now. */
    public void arm(Deadline deadline, long nanos) {
        timers.arm(deadline, nowNanos + nanos);
    }

    /** Disarms a deadline. */
    public void cancel(Deadline deadline) {
        timers.cancel(deadline);
    }

    /** Opens the sockets that are registered here. */
    public Sockets sockets() {
        return sockets;
    }

    /** Registers a channel; {@code ready} is called when any operation in {@code ops} is possible. */
    public SelectionKey register(SocketChannel channel, int ops, Ready ready) throws ClosedChannelException {
        return channel.register(selector, ops, ready);
    }

    SelectionKey register(ServerSocketChannel channel, int ops, Ready ready) throws ClosedChannelException {
        return channel.register(selector, ops, ready);
    }

    /** Makes the selector forget a channel, so that a close takes effect at once. Not from within an event. */
    void unregister(SelectionKey key) throws IOException {
        key.cancel();
        selector.selectNow(onSelected);
    }

    /** Gives a channel up: no event reaches it any more, and it is closed after the next select at the latest. */
    public void close(SocketChannel channel) {
        SelectionKey key = channel.keyFor(selector);
        if (key == null || sockets.closeAtOnce()) {
            Sockets.closeQuietly(channel);
        } else {
            key.cancel();
            closing.addLast(channel);
        }
    }

    /** Same as {@link #close}, but the peer gets a RST, since it has read only a part of the data. */
    public void reset(SocketChannel channel) {
        Sockets.abortOnClose(channel);
        close(channel);
    }

    @Override
    public String toString() {
        return name;
    }
}
