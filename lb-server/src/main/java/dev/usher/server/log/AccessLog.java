package dev.usher.server.log;

import dev.usher.admin.AccessLogLines;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import dev.usher.relay.SessionLog;
import dev.usher.watch.Background;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for each session that ended. A worker puts the session into its own ring and goes on; the writer thread
 * makes lines of the sessions and writes them. If the writer cannot keep up, or the output blocks, rings fill. A
 * session that finds its ring full is dropped and counted: traffic never waits for a log.
 *
 * <p>The writer sleeps without a timeout while nothing happens, and the first session wakes the writer. After each
 * batch the writer sleeps for {@link #BATCH_NANOS} in any case, so that under load no worker pays for a wake-up.
 */
public final class AccessLog implements SessionLog, AutoCloseable {
    /** Sessions in a worker's ring, at most: more than a second of a worker's work at its fastest. */
    private static final int RING_CAPACITY = 16_384;

    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** Pause before the next write to a broken output. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Interval between reports of dropped lines. */
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Time for an output to take the last lines at shutdown. */
    private static final Duration LAST_LINES = Duration.ofSeconds(5);

    /** Duration of a write from which the output is reported as stuck. */
    private static final Duration STUCK = Duration.ofSeconds(5);

    private static final String REMEDY = "make room, or let somebody read it: " + RING_CAPACITY
            + " lines wait for each worker, further ones are dropped (logging.access.output)";

    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    /** The configuration set last. */
    private volatile AccessLogConfig config;

    private final Lanes lanes;
    /** Used by the writer alone, like {@link #lines}. */
    private AccessOutput output;

    private AccessLine lines;
    /** Replacement for output and lines, taken over by the writer next; null if there is none. */
    private final AtomicReference<@Nullable Setup> next = new AtomicReference<>();

    private final Background.Task task;
    private final StringBuilder line = new StringBuilder(1024);
    private final Thread writer;
    /** True while the writer sleeps without a timeout or is about to. */
    private volatile boolean asleep;

    private volatile boolean reopenAsked;
    private volatile boolean closing;
    /** Written by the writer only. */
    private volatile long lost;
    /**
     * Mode of {@link #lines}. A new {@link AccessLine} has a new key for hashes, so the object is kept while the mode
     * stays.
     */
    private AccessLogConfig.ClientIp clientIp;

    private boolean broken;
    private long reportedDrops;
    private long reportedAtNanos = System.nanoTime() - REPORT_NANOS;

    private AccessLog(AccessLogConfig config, int workers, int capacity, AccessOutput output, Background background) {
        this.config = config;
        this.lanes = new Lanes(workers, capacity);
        this.output = output;
        this.clientIp = config.clientIp();
        this.lines = new AccessLine(clientIp);
        this.task = background.task("access log", REMEDY, STUCK);
        this.writer = Thread.ofPlatform().name("access-log").daemon().unstarted(() -> task.whole(this::write));
    }

    /**
     * Opens the output and starts the writer.
     *
     * @param workers number of workers that report sessions
     * @param background gets reports of failures
     * @throws IOException if the file cannot be opened; the message has the file and the reason
     */
    public static AccessLog open(AccessLogConfig config, int workers, Background background) throws IOException {
        return started(config, workers, RING_CAPACITY, output(config), background);
    }

    private static AccessOutput output(AccessLogConfig config) throws IOException {
        return switch (config.output()) {
            case NONE -> AccessOutput.nowhere();
            case STDOUT -> AccessOutput.stdout();
            case FILE -> file(Objects.requireNonNull(config.file()));
        };
    }

    static AccessLog started(
            AccessLogConfig config, int workers, int capacity, AccessOutput output, Background background) {
        AccessLog log = new AccessLog(config, workers, capacity, output, background);
        log.writer.start();
        return log;
    }

    private static AccessOutput file(Path file) throws IOException {
        try {
            return AccessOutput.file(file);
        } catch (IOException e) {
            throw new IOException("the access log " + file + " cannot be opened: " + FileFault.text(e), e);
        }
    }

    // ---- on the workers ----

    @Override
    public boolean wants(CloseReason reason, boolean empty) {
        return AccessChoice.isWanted(config, reason, empty);
    }

    @Override
    public void ended(int worker, SessionEnd end) {
        lanes.add(worker, end);
        if (asleep) {
            LockSupport.unpark(writer);
        }
    }

    // ---- from anywhere ----

    /** Continues in the file that now has the configured name. For {@code logrotate}. */
    public void reopen() {
        switch (config.output()) {
            case FILE -> {
                reopenAsked = true;
                LockSupport.unpark(writer);
            }
            case STDOUT -> log.warn("SIGUSR1: the access log goes to stdout, so there is no file to open anew");
            case NONE -> log.warn("SIGUSR1: logging.access.output is none, so there is no file to open anew");
        }
    }

    /** The next configuration and output, in force once the writer has written earlier sessions. */
    private record Setup(AccessLogConfig config, AccessOutput output) {}

    /** A prepared change. Exactly one of the two methods is called. */
    public interface Change {
        /** Puts the change into force. */
        void commit();

        /** Discards the change. */
        void cancel();
    }

    /**
     * Opens the output of another configuration.
     *
     * @throws IOException if the file cannot be opened; the message has the file and the reason
     */
    public Change prepare(AccessLogConfig wanted) throws IOException {
        AccessLogConfig before = config;
        boolean same = wanted.equals(before);
        AccessOutput opened = same ? AccessOutput.nowhere() : output(wanted);
        return new Change() {
            @Override
            public void commit() {
                if (!same) {
                    config = wanted;
                    closeOutput(next.getAndSet(new Setup(wanted, opened)));
                    LockSupport.unpark(writer);
                }
            }

            @Override
            public void cancel() {
                closeOutput(new Setup(wanted, opened));
            }
        };
    }

    private static void closeOutput(@Nullable Setup unused) {
        if (unused != null) {
            close(unused.output());
        }
    }

    private static void close(AccessOutput output) {
        try {
            output.close();
        } catch (IOException e) {
            log.error("access log: closing {} failed: {}", output, FileFault.text(e));
        }
    }

    /** Lines lost so far: the ring was full, or the output took nothing until the end. */
    public long dropped() {
        return lost + lanes.dropped();
    }

    /** Lines not written: dropped so far, and waiting now. */
    public AccessLogLines lines() {
        return new AccessLogLines(dropped(), lanes.waiting());
    }

    /**
     * Writes the waiting sessions, and ends. Call after the workers have ended. An output that blocks gets {@link
     * #LAST_LINES}.
     */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        try {
            if (!writer.join(LAST_LINES)) {
                log.warn(
                        "access log: the last lines for {} were not written within {} s",
                        output,
                        LAST_LINES.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long dropped = dropped();
        if (dropped > 0) {
            log.warn("access log: {} lines were dropped in total", dropped);
        }
    }

    // ---- on the writer ----

    private void write() {
        boolean last;
        do {
            last = closing; // read before the rings: sessions added before close() are then found in the rings
            if (reopenAsked) {
                reopenAsked = false;
                reopenOutput();
            }
            Setup wanted = next.getAndSet(null);
            if (wanted != null) {
                change(wanted);
            }
            boolean drained = drain();
            reportDrops();
            if (!last && broken) {
                LockSupport.parkNanos(RETRY_NANOS);
            } else if (!last) {
                LockSupport.parkNanos(BATCH_NANOS);
                sleepIfIdle(drained);
            }
        } while (!last);
        end();
    }

    /** True if every ring was empty and every line was written. */
    private boolean drain() {
        for (Lanes.Lane lane : lanes.all()) {
            while (makeRoom()) {
                Lanes.Ended ended = lane.poll();
                if (ended == null) {
                    break;
                }
                lines.append(line, ended.end(), ended.atMillis());
            }
        }
        return makeRoom() && flush();
    }

    /** Moves the last line into the buffer; false if the output takes nothing and the line has to wait. */
    private boolean makeRoom() {
        if (!output.hasRoom(line.length()) && (!flush() || !output.hasRoom(line.length()))) {
            return false;
        }
        output.put(line);
        line.setLength(0);
        return true;
    }

    private boolean flush() {
        task.begins(); // a pipe without a reader blocks this thread
        try {
            broken = !output.flush();
            if (broken) {
                task.failed(output + " takes no lines");
            } else {
                task.works();
            }
        } catch (IOException e) {
            broken = true;
            task.failed(output + " cannot be written: " + FileFault.text(e));
        }
        return !broken;
    }

    private void sleepIfIdle(boolean drained) {
        asleep = true;
        if (drained && !closing && !reopenAsked && next.get() == null && lanes.areEmpty()) {
            LockSupport.park(this);
        }
        asleep = false;
    }

    /** Writes earlier sessions to the old output as far as possible, then switches to the new output. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void change(Setup wanted) {
        drain();
        int left = output.pendingLines() + (line.isEmpty() ? 0 : 1);
        if (left > 0) {
            lost += left;
            line.setLength(0);
            log.warn("access log: {} did not take its last {} lines", output, left);
        }
        close(output);
        if (!wanted.config().clientIp().equals(clientIp)) {
            clientIp = wanted.config().clientIp();
            lines = new AccessLine(clientIp);
        }
        output = wanted.output();
        broken = false;
        log.info("access log: goes to {} from now on", output);
    }

    private void reopenOutput() {
        flush();
        try {
            if (output.reopen()) {
                log.info("access log: {} reopened", output);
            }
        } catch (IOException e) {
            log.error("access log: {} cannot be reopened, the old file stays in use: {}", output, FileFault.text(e));
        }
    }

    private void reportDrops() {
        long dropped = dropped();
        long now = System.nanoTime();
        if (dropped > reportedDrops && now - reportedAtNanos >= REPORT_NANOS) {
            log.warn(
                    "access log: {} lines dropped, {} in total: {} is too slow",
                    dropped - reportedDrops,
                    dropped,
                    output);
            reportedDrops = dropped;
            reportedAtNanos = now;
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void end() {
        lost += output.pendingLines() + (line.isEmpty() ? 0 : 1) + lanes.clear();
        close(output);
        closeOutput(next.getAndSet(null));
    }
}
