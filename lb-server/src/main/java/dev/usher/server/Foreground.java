package dev.usher.server;

import dev.usher.Background;
import dev.usher.LoadBalancer;
import dev.usher.LoadBalancer.Environment;
import dev.usher.admin.AccessLogLines;
import dev.usher.admin.AdminServer;
import dev.usher.admin.ConfigSource;
import dev.usher.admin.Program;
import dev.usher.admin.Shown;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.relay.CloseReason;
import dev.usher.relay.SessionLog;
import dev.usher.server.log.AccessLog;
import dev.usher.server.log.AllButOne;
import dev.usher.time.Clock;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A load balancer and its admin side from the first bind to the last line of log, in the foreground, until a signal ends
 * them.
 */
final class Foreground {
    private static final Logger log = LoggerFactory.getLogger(Foreground.class);

    private final UsherConfig config;
    private final StopSignals stops;
    private final Instant startedAt = Instant.now();
    private final Background background = new Background(Clock.SYSTEM);
    private Runnable beforeDrain = () -> {};
    private Runnable atEnd = () -> {};
    private @Nullable String leftOut;
    /** As of the configuration in force. */
    private volatile Supplier<ShutdownConfig> shutdown;

    Foreground(UsherConfig config, StopSignals stops) {
        this.config = config;
        this.stops = stops;
        this.shutdown = config::shutdown;
    }

    /**
     * What runs.
     *
     * @param admin null where none was asked for
     * @param accessLog its lines that are not written
     */
    record Running(
            LoadBalancer balancer, @Nullable AdminServer admin, Instant startedAt, Supplier<AccessLogLines> accessLog) {
        /** Has the admin side show it, if there is one. */
        void show(ConfigSource source) {
            if (admin != null) {
                Program program = new Program(Version.number(), Version.commit(), startedAt);
                admin.show(new Shown(balancer, source, program, accessLog));
            }
        }
    }

    /** Keeps the sessions of a listener out of the access log. */
    void leaveOut(String listener) {
        leftOut = listener;
    }

    /** Has something ended before open sessions are waited for. */
    void beforeDrain(Runnable action) {
        beforeDrain = action;
    }

    /** Has something ended after the last session. */
    void atEnd(Runnable action) {
        atEnd = action;
    }

    /**
     * Serves until a signal has it end.
     *
     * @param ready is told once all is bound, and before the first connection is taken: what it writes comes first
     * @return the exit code
     */
    int run(Consumer<Running> ready) throws InterruptedException {
        Thread ending = Thread.currentThread();
        stops.whenAsked(() -> LastResort.begin(ending, shutdown));
        try (AccessLog access =
                AccessLog.open(config.logging().access(), LoadBalancer.workerCount(config), background)) {
            Signals.on("USR1", access == null ? () -> {} : access::reopen); // unhandled, it ends the process
            try (AdminServer admin = admin()) { // before a connection is taken, which would be cut if this failed
                return serve(access, admin, ready);
            }
        } catch (IOException e) {
            log.error("{}", e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private SessionLog sessionLog(@Nullable AccessLog access) {
        if (access == null) {
            return SessionLog.NONE;
        }
        return leftOut == null ? access : new AllButOne(access, leftOut);
    }

    private @Nullable AdminServer admin() throws IOException {
        return config.admin().bind() == null ? null : AdminServer.start(config.admin());
    }

    private int serve(@Nullable AccessLog access, @Nullable AdminServer admin, Consumer<Running> ready)
            throws InterruptedException {
        SessionLog sessions = sessionLog(access);
        Supplier<AccessLogLines> lines = access == null ? () -> AccessLogLines.NONE : access::lines;
        LoadBalancer balancer;
        try {
            balancer = LoadBalancer.open(config, Environment.of(sessions, Descriptors.connections(), background));
        } catch (IOException e) {
            log.error("{}", StartFault.text(e));
            return ExitCode.FAILED;
        }
        shutdown = () -> balancer.config().shutdown();
        boolean clean;
        try (balancer) {
            String signal;
            try {
                ready.accept(new Running(balancer, admin, startedAt, lines));
                balancer.accept();
                signal = stops.take();
            } finally {
                beforeDrain.run();
            }
            clean = drain(balancer, signal);
        } finally {
            atEnd.run();
        }
        log.info("{}", totals(balancer.snapshot()));
        return clean ? ExitCode.OK : ExitCode.FAILED;
    }

    // ---- ending ----

    /** Lets open sessions finish; false if a second signal did not want to wait for that. */
    private boolean drain(LoadBalancer balancer, String signal) throws InterruptedException {
        balancer.beginDraining();
        Duration delay = balancer.config().shutdown().readinessDelay();
        if (!delay.isZero()) {
            log.info("{}: not ready from now on; the listeners close in {} s", signal, delay.toSeconds());
            if (stops.poll(delay) != null) {
                log.warn("second signal: ending at once, {} cut", sessions(balancer.openSessions()));
                return false;
            }
        }
        Duration patience = balancer.config().shutdown().drain();
        int open = balancer.openSessions();
        log.info("{}: no new connections; {} may finish within {} s", signal, sessions(open), patience.toSeconds());
        long cutBefore = balancer.snapshot().ended(CloseReason.SHUTDOWN.word());
        boolean inTime = drainUntilSignal(balancer, patience);
        long cut = balancer.snapshot().ended(CloseReason.SHUTDOWN.word()) - cutBefore;
        log.info("drained: {} finished, {} cut", sessions(Math.max(0, open - cut)), cut);
        return inTime;
    }

    private static String sessions(long count) {
        return Units.counted(count, "session");
    }

    /** False if a second signal cut the drain short. */
    private boolean drainUntilSignal(LoadBalancer balancer, Duration patience) throws InterruptedException {
        AtomicBoolean cutShort = new AtomicBoolean();
        Thread second = Thread.ofPlatform().name("second-signal").daemon().start(() -> {
            try {
                String signal = stops.take();
                log.warn("{}: ending at once", signal);
                cutShort.set(true);
                balancer.drain(Duration.ZERO); // resets what is open, and so ends the other drain
            } catch (InterruptedException noneCame) {
                Thread.currentThread().interrupt();
            }
        });
        balancer.drain(patience);
        second.interrupt();
        second.join();
        return !cutShort.get();
    }

    /** As "totals: accepted 12, completed 10, hello_timeout 2". */
    static String totals(MetricsSnapshot snapshot) {
        List<String> counts = new ArrayList<>();
        counts.add("accepted " + snapshot.accepted());
        for (CloseReason reason : CloseReason.values()) {
            long ended = snapshot.ended(reason.word());
            if (ended > 0 || reason == CloseReason.COMPLETED) {
                counts.add(reason.word() + " " + ended);
            }
        }
        return "totals: " + String.join(", ", counts);
    }
}
