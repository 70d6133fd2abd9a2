package dev.usher.probe;

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

/** Probes one backend, again and again, on a virtual thread of its own. */
final class Prober {
    private static final Logger log = LoggerFactory.getLogger(Prober.class);

    /** Few enough to find others in the same one, and so many that nobody is probed noticeably late. */
    private static final int BEATS_PER_INTERVAL = 50;

    private static final long MAX_BEAT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** The pool as of the configuration in force: a reload that leaves the check as it was changes only this. */
    private volatile Pool pool;

    private final Backend backend;
    private final HealthCheckConfig check;
    private final Probe probe;
    private final BiConsumer<Pool, Backend> onCertificate;
    private final Consumer<String> notMade;
    private final Semaphore firstHandshakes;
    private final Clock clock;
    private final Thread thread;
    private Duration firstDelay = Duration.ZERO;

    /** @param firstHandshakes a permit for each first probe with a handshake that may be under way */
    Prober(
            Pool pool,
            Backend backend,
            HealthCheckConfig check,
            Probe probe,
            BiConsumer<Pool, Backend> onCertificate,
            Consumer<String> notMade,
            Semaphore firstHandshakes,
            Clock clock) {
        this.pool = pool;
        this.backend = backend;
        this.check = check;
        this.probe = probe;
        this.onCertificate = onCertificate;
        this.notMade = notMade;
        this.firstHandshakes = firstHandshakes;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("probe " + pool + " " + backend).unstarted(this::run);
    }

    /** @param delay before the first probe; no more than the interval is waited */
    void start(Duration delay) {
        firstDelay = delay.compareTo(check.interval()) < 0 ? delay : check.interval();
        thread.start();
    }

    void follow(Pool successor) {
        pool = successor;
    }

    void stop() {
        thread.interrupt();
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
            // The backend or the pool is gone, or its check has changed: another prober takes over.
        }
    }

    /** @return when it began, which is when its turn came */
    private long probeFirst() throws InterruptedException {
        if (!shakesHands()) {
            return probeNow();
        }
        firstHandshakes.acquire();
        try {
            return probeNow();
        } finally {
            firstHandshakes.release();
        }
    }

    /** @return when it began */
    private long probeNow() throws InterruptedException {
        long began = clock.nanos();
        probeOnce();
        return began;
    }

    private boolean shakesHands() {
        return check.type() == HealthCheckConfig.Type.TLS || check.type() == HealthCheckConfig.Type.HTTPS;
    }

    private void probeOnce() throws InterruptedException {
        if (backend.adminState() == AdminState.DISABLED) {
            return;
        }
        try {
            ProbeResult result = probe.run(backend.address());
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
            pool.probed(backend, result.outcome(), result.text(), shakesHands(), clock.nanos());
        } catch (RuntimeException bug) { // one probe of one backend must not end its checks for good
            if (Thread.interrupted()) {
                throw new InterruptedException(); // stopped together with what it needs
            }
            log.error("a bug in usher: probing {} of pool {} failed", backend, pool, bug);
        }
    }

    /**
     * What is left of the interval, give or take the jitter, so that probes of many backends do not fall into step. It
     * counts from beginning to beginning: a backend that makes each probe wait would be found out so much later otherwise.
     *
     * @param tookNanos of the probe that is over
     * @return nanoseconds
     */
    private long pause(long tookNanos) {
        long interval = check.interval().toNanos();
        long jitter = interval * check.jitterPercent() / 100;
        return Math.max(0, interval - jitter + atRandom(2 * jitter) - tookNanos);
    }

    /**
     * Puts off a pause to the next beat, which is the same for all probers of an interval: who is due at about the same
     * time is probed in one go, since to wake a thread costs as much as a probe. Of 1,000 backends that are probed every
     * two seconds that halves the cost.
     */
    static long toBeat(long now, long pause, Duration interval) {
        long beat = Math.min(interval.toNanos() / BEATS_PER_INTERVAL, MAX_BEAT_NANOS);
        return Math.ceilDiv(now + pause, beat) * beat - now;
    }

    private static long atRandom(long bound) {
        return bound <= 0 ? 0 : ThreadLocalRandom.current().nextLong(bound);
    }
}
