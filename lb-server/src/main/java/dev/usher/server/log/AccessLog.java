package dev.usher.server.log;

import dev.usher.admin.subject.AccessLogLines;
import dev.usher.background.Background;
import dev.usher.background.Task;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.config.Units;
import dev.usher.end.CloseReason;
import dev.usher.relay.SessionEnd;
import dev.usher.relay.SessionLog;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for each session that ended. A worker puts the session into its own ring and goes on; the writer thread
 * makes lines of the sessions and writes them. If the writer cannot keep up, or the output blocks, rings fill. A
 * session that finds its ring full is dropped and counted: traffic never waits for a log.
 *
 * <p>A change of the output is a change of the writer: the writer before writes the waiting sessions first. A writer
 * that hangs in its output is left behind with the lines of one write, and the next writer goes on without it.
 */
public final class AccessLog implements SessionLog, AutoCloseable {
    /** Sessions in a worker's ring, at most: more than a second of a worker's work at its fastest. */
    private static final int RING_CAPACITY = 16_384;

    /** Time for an output to take the waiting lines before another output takes its place. */
    private static final Duration CHANGE = Duration.ofSeconds(1);
    /** Time for an output to take the last lines at shutdown. */
    private static final Duration LAST_LINES = Duration.ofSeconds(5);

    /** Duration of a write from which the output is reported as stuck. */
    private static final Duration STUCK = Duration.ofSeconds(5);

    /** Writers left behind, at most: each holds a thread and a buffer. */
    private static final int MAX_LEFT = 4;

    private static final String REMEDY = "free disk space, or restart its reader: " + RING_CAPACITY
            + " lines wait for each worker, further ones are dropped (logging.access.output)";

    private static final Logger log = LoggerFactory.getLogger(AccessLog.class);

    /** The configuration set last. */
    private volatile AccessLogConfig config;

    private final Lanes lanes;
    private final LostLines lost;
    private final Task task;
    /** The writer at work. */
    private volatile AccessWriter writer;
    /** Writers left behind, until their output lets them go. */
    private final List<AccessWriter> left = new CopyOnWriteArrayList<>();

    /**
     * Used by one writer at a time. A new object has a new key for hashes, so the object is kept while format and mode stay.
     */
    private AccessLine lines;

    private AccessLog(AccessLogConfig config, int workers, int capacity, AccessOutput output, Background background) {
        this.config = config;
        this.lanes = new Lanes(workers, capacity);
        this.lost = new LostLines(lanes);
        this.lines = AccessLine.of(config);
        this.task = background.task("access log", REMEDY, STUCK);
        this.writer = new AccessWriter(lanes, lost, task, output, lines);
    }

    /**
     * Opens the output and starts the writer.
     *
     * @param workers number of workers that report sessions
     * @param background gets reports of failures
     * @throws IOException if the file cannot be opened; the message has the file and the reason
     */
    public static AccessLog open(AccessLogConfig config, int workers, Background background) throws IOException {
        return started(config, workers, RING_CAPACITY, AccessOutput.of(config), background);
    }

    static AccessLog started(
            AccessLogConfig config, int workers, int capacity, AccessOutput output, Background background) {
        AccessLog log = new AccessLog(config, workers, capacity, output, background);
        log.writer.start();
        return log;
    }

    // ---- on the workers ----

    @Override
    public boolean wants(CloseReason reason, boolean empty) {
        return AccessChoice.isWanted(config, reason, empty);
    }

    @Override
    public void ended(int worker, SessionEnd end) {
        lanes.add(worker, end);
        writer.wake(); // read after the session was added: a writer that is set later looks into the rings first
    }

    // ---- from anywhere ----

    /** Continues in the file that now has the configured name. For {@code logrotate}. */
    public void reopen() {
        switch (config.output()) {
            case FILE -> reopenFile();
            case STDOUT -> log.warn("SIGUSR1: no file to reopen: the access log goes to stdout");
            case NONE -> log.warn("SIGUSR1: no file to reopen: logging.access.output is none");
        }
    }

    private synchronized void reopenFile() {
        try {
            AccessOutput opened = opened(config);
            replace(opened);
            log.info("access log: {} reopened", opened);
        } catch (IOException e) {
            log.error("{}; the old file stays in use", e.getMessage());
        }
    }

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
        boolean same = wanted.equals(config);
        AccessOutput opened = same ? AccessOutput.nowhere() : opened(wanted);
        return new Change() {
            @Override
            public void commit() {
                if (!same) {
                    change(wanted, opened);
                }
            }

            @Override
            public void cancel() {
                opened.close();
            }
        };
    }

    private AccessOutput opened(AccessLogConfig wanted) throws IOException {
        left.removeIf(AccessWriter::hasEnded);
        if (left.size() >= MAX_LEFT) {
            throw new IOException("the access log cannot go elsewhere: " + left.size()
                    + " outputs of before still hold a writer, as " + left.getFirst());
        }
        return AccessOutput.of(wanted);
    }

    private synchronized void change(AccessLogConfig wanted, AccessOutput opened) {
        boolean sameLines = wanted.clientIp() == config.clientIp() && wanted.format() == config.format();
        config = wanted;
        if (!sameLines) {
            lines = AccessLine.of(wanted);
        }
        replace(opened);
        log.info("access log: now goes to {}", opened);
    }

    /** Has the writer finish, and sets one for another output. */
    private void replace(AccessOutput output) {
        AccessWriter before = writer;
        if (!before.finish(CHANGE)) {
            left.add(before);
            log.warn(
                    "access log: {} takes no lines now, and keeps {} until it does",
                    before,
                    Units.counted(before.held(), "line"));
        }
        AccessWriter next = new AccessWriter(lanes, lost, task, output, lines);
        writer = next;
        next.start();
    }

    /** Lines lost so far: the ring was full, or the output took nothing until the end. */
    public long dropped() {
        return lost.count();
    }

    /** Lines not written: dropped so far, and waiting now. */
    public AccessLogLines lines() {
        return new AccessLogLines(dropped(), lanes.waiting() + held());
    }

    private int held() {
        return left.stream()
                .filter(writer -> !writer.hasEnded())
                .mapToInt(AccessWriter::held)
                .sum();
    }

    /**
     * Writes the waiting sessions, and ends. Call after the workers have ended. An output that blocks gets {@link
     * #LAST_LINES}.
     */
    @Override
    public synchronized void close() {
        if (!writer.finish(LAST_LINES)) {
            left.add(writer);
            log.warn("access log: the last lines for {} were not written within {} s", writer, LAST_LINES.toSeconds());
        }
        lost.add(lanes.clear() + held());
        long dropped = dropped();
        if (dropped > 0) {
            log.warn("access log: {} dropped in total", Units.counted(dropped, "line"));
        }
    }
}
