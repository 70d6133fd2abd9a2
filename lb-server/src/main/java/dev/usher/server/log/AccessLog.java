package dev.usher.server.log;

import dev.usher.Background;
import dev.usher.admin.AccessLogLines;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import dev.usher.relay.SessionLog;
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
 * Writes a line for each session that ended. A worker puts the session into its own ring and goes on; one thread makes
 * lines of them and writes them. When it cannot keep up, or the output takes nothing, rings fill, and what finds its
 * ring full is dropped and counted: traffic never waits for a log.
 *
 * <p>The thread sleeps without end while nothing happens, and the first session wakes it. After each batch it sleeps
 * for {@link #BATCH_NANOS} whatever comes, so that under load no worker pays for waking it.
 */
public final class AccessLog implements SessionLog, AutoCloseable {
    /** Sessions that may wait for each worker's lines: more than a second of a worker's work at its fastest. */
    private static final int RING_CAPACITY = 16_384;

    private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    /** How long a broken output is left alone. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How often losses are reported while they last. */
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** How long an output may take for the last lines. */
    private static final Duration LAST_LINES = Duration.ofSeconds(5);

    /** How long a write may last before it is said that nobody takes the lines. */
    private static final Duration STUCK = Duration.ofSeconds(5);

    private static final String REMEDY = "make room, or let somebody read it: " + RING_CAPACITY
            + " lines wait for each worker, further ones are dropped (logging.access.output)";

    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    /** What was asked for last. */
    private volatile AccessLogConfig config;

    private final Lanes lanes;
    /** Of the writer alone, as the lines are. */
    private AccessOutput output;

    private AccessLine lines;
    /** What takes their place next; null if nothing does. */
    private final AtomicReference<@Nullable Setup> next = new AtomicReference<>();

    private final Background.Task task;
    private final StringBuilder line = new StringBuilder(1024);
    private final Thread writer;
    /** True while the writer sleeps without end or is about to. */
    private volatile boolean asleep;

    private volatile boolean reopenAsked;
    private volatile boolean closing;
    /** Written by the writer only. */
    private volatile long lost;
    /** Of {@link #lines}, which has a key of its own for hashes, and is kept for it. */
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
     * Opens the output and starts to write.
     *
     * @param workers how many will report
     * @param background is where it says that it fails
     * @throws IOException if the file cannot be opened; the message says which and why
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

    /** Goes on in the file that has the configured name now. For {@code logrotate}. */
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

    /** What is written, and where, once all that was handed over before is. */
    private record Setup(AccessLogConfig config, AccessOutput output) {}

    /** A change that is not in force yet. Exactly one of the two is called. */
    public interface Change {
        /** Puts it into force. */
        void commit();

        /** It is not wanted any more. */
        void cancel();
    }

    /**
     * Opens what another configuration wants.
     *
     * @throws IOException if the file cannot be opened; the message says which and why
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

    /** Lines that were not written so far: their ring was full, or the output took nothing until the end. */
    public long dropped() {
        return lost + lanes.dropped();
    }

    /** Lines that are not written. */
    public AccessLogLines lines() {
        return new AccessLogLines(dropped(), lanes.waiting());
    }

    /**
     * Writes what was handed over, and ends. The workers have to have ended before. An output that takes nothing gets
     * a few seconds.
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
            last = closing; // read before the rings are: what was handed over until then is found in them
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

    /** True if all rings were found empty and all lines were written. */
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

    /** Moves the line that was made last into the buffer; false if the output takes nothing, and the line has to wait. */
    private boolean makeRoom() {
        if (!output.hasRoom(line.length()) && (!flush() || !output.hasRoom(line.length()))) {
            return false;
        }
        output.put(line);
        line.setLength(0);
        return true;
    }

    private boolean flush() {
        task.begins(); // a pipe that nobody reads holds this thread
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

    /** What was handed over before goes where it belongs, as far as that takes it. */
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
