package dev.usher.server.sources;

import dev.usher.admin.subject.SourceView;
import dev.usher.background.Background;
import dev.usher.background.Task;
import dev.usher.config.SourceConfig;
import dev.usher.config.Spelling;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a source again and again on a thread of its own, and takes the answers. */
final class SourceRunner implements AutoCloseable {
    /** Delay before the next question to a failed source; doubled after each failure. */
    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);

    private static final Duration LAST_RETRY = Duration.ofMinutes(1);
    private static final int MAX_DOUBLINGS = 6;

    private static final Logger log = LoggerFactory.getLogger(SourceRunner.class);

    private final SourceConfig source;
    private final Standing standing;
    private final Store store;
    private final Runnable changed;
    private final CountDownLatch heard = new CountDownLatch(1);
    private final Thread thread;
    /** Guarded by this, like the fields below. */
    private @Nullable Task task;

    private @Nullable String failure;
    private Instant since = Instant.now();
    private long failures;

    /** @param changed called after each change of the answer in force; must not block */
    SourceRunner(SourceConfig source, Standing standing, Store store, Runnable changed) {
        this.source = source;
        this.standing = standing;
        this.store = store;
        this.changed = changed;
        this.thread = Thread.ofVirtual().name(taskName(source.name())).unstarted(this::run);
    }

    static String taskName(String source) {
        return "source " + source;
    }

    void start() {
        thread.start();
    }

    SourceConfig source() {
        return source;
    }

    @Nullable
    Held held() {
        return standing.held();
    }

    Standing standing() {
        return standing;
    }

    /** Waits for the first answer or failure; false if neither has come in time. */
    boolean hears(Duration most) throws InterruptedException {
        return heard.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Reports failures from now on, the present one too. */
    synchronized void report(Background background) {
        task = background.task(
                taskName(source.name()),
                "the last good answer stays in force; usher asks again and again",
                source.timeout().multipliedBy(4));
        if (failure != null) {
            task.failed(failure);
        }
    }

    // ---- the thread ----

    private void run() {
        Feed feed = null;
        try {
            for (int failed = 0; !Thread.interrupted(); ) {
                try {
                    feed = feed == null ? Feed.of(source) : feed;
                    take(feed.ask());
                    failed = 0;
                    feed.await(source.interval());
                } catch (IOException fault) {
                    fails(String.valueOf(fault.getMessage()));
                    Thread.sleep(pause(failed++));
                } catch (RuntimeException | Error bug) { // an answer must not end the questions for good
                    log.error("a bug in usher: source {} was not read", source.name(), bug);
                    fails("a bug in usher; its log has more");
                    Thread.sleep(LAST_RETRY);
                }
            }
        } catch (InterruptedException closed) {
            // The source is no longer wanted.
        } finally {
            if (feed != null) {
                feed.close();
            }
        }
    }

    private static Duration pause(int failed) {
        Duration pause = FIRST_RETRY.multipliedBy(1L << Math.min(failed, MAX_DOUBLINGS));
        return pause.compareTo(LAST_RETRY) < 0 ? pause : LAST_RETRY;
    }

    private void take(Offer offer) {
        works();
        String waited = waitingText();
        boolean other = standing.take(offer, source, Instant.now());
        String waits = waitingText();
        if (waits != null && !waits.equals(waited)) {
            log.warn(
                    "source {}: {}; the answer before stays in force until the new one is confirmed",
                    source.name(),
                    waits);
        }
        if (other) {
            holds();
        }
        heard.countDown();
    }

    private @Nullable String waitingText() {
        Standing.Waiting waiting = standing.waiting();
        return waiting == null ? null : waiting.text();
    }

    /** Stores and merges the answer in force. */
    private void holds() {
        Held held = standing.held();
        if (held != null) {
            try {
                store.write(source, held);
            } catch (IOException fault) {
                log.warn("source {}: the answer is not kept for a restart: {}", source.name(), fault.getMessage());
            }
        }
        changed.run();
    }

    /** Makes the waiting answer hold; false without a waiting answer. */
    boolean confirm() {
        boolean confirmed = standing.confirm(Instant.now());
        if (confirmed) {
            holds();
        }
        return confirmed;
    }

    private synchronized void works() {
        if (failure != null) {
            failure = null;
            since = Instant.now();
        }
        if (task != null) {
            task.works();
        }
    }

    private void fails(String why) {
        synchronized (this) {
            failures++;
            if (failure == null) {
                since = Instant.now();
            }
            failure = why;
            if (task != null) {
                task.failed(why);
            }
        }
        heard.countDown();
    }

    // ---- looking ----

    /** @param leftOut unused parts of the answer */
    synchronized SourceView view(List<String> leftOut) {
        Held held = standing.held();
        Standing.Waiting waiting = standing.waiting();
        SourceView.State state = failure != null
                ? SourceView.State.FAILING
                : waiting != null
                        ? SourceView.State.WAITING
                        : heard.getCount() > 0 ? SourceView.State.STARTING : SourceView.State.WORKS;
        return new SourceView(
                source.name(),
                Spelling.snake(source.type()),
                state,
                failure != null ? failure : waiting != null ? waiting.text() : "",
                failure == null && waiting != null ? waiting.since() : since,
                held == null ? null : held.at(),
                held == null ? 0 : held.offer().claims().size(),
                held == null ? 0 : held.offer().backends(),
                failures,
                leftOut);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
