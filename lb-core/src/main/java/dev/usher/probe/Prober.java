package dev.usher.probe;

import dev.usher.background.Crowd;
import dev.usher.background.Task;
import dev.usher.config.HealthCheckConfig;
import dev.usher.pool.AdminState;
import dev.usher.pool.Backend;
import dev.usher.pool.Pool;
import dev.usher.pool.ProbeOutcome;
import dev.usher.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Probes a backend repeatedly, on a virtual thread. */
final class Prober {
    private static final Logger log = LoggerFactory.getLogger(Prober.class);

    /** Few enough to put several probes in one beat, many enough that no probe is noticeably late. */
    private static final int BEATS_PER_INTERVAL = 50;

    /** Added to a probe's time-out: a probe that takes longer hangs, however busy the machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long MAX_BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The pool in the current configuration; a reload that leaves the check unchanged sets only this field. */
    private volatile Pool pool;

    private final Backend backend;
    private final HealthCheckConfig check;
    private final Probe probe;
    private final BiConsumer<Pool, Backend> onCertificate;
    private final Consumer<String> notMade;
    private final Semaphore firstHandshakes;
    private final Crowd crowd;
    private final Task task;
    private final Clock clock;
    private final Thread thread;
    private Duration firstDelay = Duration.ZERO;

    /**
     * @param firstHandshakes a permit for each first probe that may shake hands at the same time
     * @param crowd of all probers
     */
    Prober(
            Pool pool,
            Backend backend,
            HealthCheckConfig check,
            Probe probe,
            BiConsumer<Pool, Backend> onCertificate,
            Consumer<String> notMade,
            Semaphore firstHandshakes,
            Crowd crowd,
            Clock clock) {
        this.pool = pool;
        this.backend = backend;
        this.check = check;
        this.probe = probe;
        this.onCertificate = onCertificate;
        this.notMade = notMade;
        this.firstHandshakes = firstHandshakes;
        this.clock = clock;
        this.crowd = crowd;
        this.task = crowd.join(backend + " of pool " + pool, check.timeout().plus(PATIENCE));
        this.thread = Thread.ofVirtual().name("probe " + pool + " " + backend).unstarted(() -> task.whole(this::run));
    }

    /** @param delay before the first probe; a delay longer than the interval is shortened by whole intervals */
    void start(Duration delay) {
        firstDelay = withinInterval(delay, check.interval());
        thread.start();
    }

    void follow(Pool successor) {
        pool = successor;
    }

    void stop() {
        thread.interrupt();
        crowd.leave(task);
    }

    private void run() {
        try {
            Thread.sleep(firstDelay);
            long began = probeFirst();
            while (true) {
                long now = clock.nanos();
                Thread.sleep(Duration.ofNanos(toBeat(now, pause(now - began), check.interval())));
                began = probeNow();
            }
        } catch (InterruptedException stopped) {
            // Stopped: the backend or the pool is gone, or a changed check has a prober of its own.
        }
    }

    /** @return start of the probe, after any wait for a permit */
    private long probeFirst() throws InterruptedException {
        if (!check.type().shakesHands()) {
            return probeNow();
        }
        firstHandshakes.acquire();
        try {
            return probeNow();
        } finally {
            firstHandshakes.release();
        }
    }

    /** @return start of the probe */
    private long probeNow() throws InterruptedException {
        long began = clock.nanos();
        task.begins();
        probeOnce();
        return began;
    }

    private void probeOnce() throws InterruptedException {
        try {
            if (backend.adminState() != AdminState.DISABLED) {
                take(probe.run(backend.address()));
            }
            task.works();
        } catch (RuntimeException | Error bug) { // a failed probe must not end the checks for good
            if (Thread.interrupted()) {
                throw new InterruptedException(); // the prober was stopped during the probe
            }
            task.metBug(log, bug.toString(), "probing " + backend + " of pool " + pool + " failed", bug);
        }
    }

    private void take(ProbeResult result) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (result.outcome() == ProbeOutcome.NOT_MADE) {
            notMade.accept(result.text());
            return;
        }
        backend.showProbe(result.text(), result.nanos(), result.certificate());
        if (result.certificate() != null) {
            onCertificate.accept(pool, backend);
        }
        pool.roster().probed(backend, result.outcome(), result.text(), check.hearsService(), clock.nanos());
    }

    /**
     * The rest of the interval, give or take the jitter, so that probes of many backends do not fall into step.
     * Intervals run from start to start: otherwise a backend that delays each probe would be found down much later.
     *
     * @param tookNanos duration of the last probe
     * @return nanoseconds
     */
    private long pause(long tookNanos) {
        long interval = check.interval().toNanos();
        long jitter = interval * check.jitterPercent() / 100;
        return Math.max(0, interval - jitter + atRandom(2 * jitter) - tookNanos);
    }

    /**
     * The delay of a first probe, cut to less than an interval. The remainder spreads many first probes evenly over the
     * interval; an upper bound would start the late part of them all at once.
     */
    static Duration withinInterval(Duration delay, Duration interval) {
        return Duration.ofNanos(delay.toNanos() % interval.toNanos());
    }

    /**
     * Extends a pause to the next beat, shared by the probers with the same interval. Probers due at about the same
     * time then run together, since waking a thread costs as much as a probe. With 1,000 backends and a two-second
     * interval this halves the cost.
     */
    static long toBeat(long now, long pause, Duration interval) {
        long beat = Math.min(interval.toNanos() / BEATS_PER_INTERVAL, MAX_BEAT_NANOS);
        return Math.ceilDiv(now + pause, beat) * beat - now;
    }

    private static long atRandom(long bound) {
        return bound <= 0 ? 0 : ThreadLocalRandom.current().nextLong(bound);
    }
}
