package dev.usher.server;

import dev.usher.Environment;
import dev.usher.LoadBalancer;
import dev.usher.admin.AdminServer;
import dev.usher.admin.Control;
import dev.usher.admin.subject.AdminSubject;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.Program;
import dev.usher.background.Background;
import dev.usher.config.ShutdownConfig;
import dev.usher.config.Units;
import dev.usher.config.UsherConfig;
import dev.usher.descriptor.GivenSockets;
import dev.usher.end.CloseReason;
import dev.usher.loop.Network;
import dev.usher.metrics.MetricsSnapshot;
import dev.usher.relay.SessionLog;
import dev.usher.server.control.Handover;
import dev.usher.server.log.AccessLog;
import dev.usher.server.log.AllButOne;
import dev.usher.server.systemd.HandedSockets;
import dev.usher.server.systemd.ServiceManager;
import dev.usher.time.Clock;
import dev.usher.view.LoopDelay;
import java.io.IOException;
import java.security.Security;
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
 * Runs a load balancer and its admin side in the foreground, from the first bind to the last log line, until a signal.
 */
final class Foreground {
    private static final Logger log = LoggerFactory.getLogger(Foreground.class);

    private final UsherConfig config;
    private final StopSignals stops;
    private final Instant startedAt = Instant.now();
    private final Handover handover = new Handover();
    private final ServiceManager manager = ServiceManager.of(System::getenv);
    private Predecessors predecessors = () -> Predecessor.NONE;
    private final Background background = new Background(Clock.SYSTEM);
    private Runnable beforeDrain = () -> {};
    private Runnable atEnd = () -> {};
    private @Nullable String leftOut;
    private volatile GivenSockets given = GivenSockets.NONE;
    /** True once a successor serves in the place of this process. */
    private volatile boolean replaced;
    /** Settings of the configuration in force. */
    private volatile Supplier<ShutdownConfig> shutdown;

    Foreground(UsherConfig config, StopSignals stops) {
        this.config = config;
        this.stops = stops;
        this.shutdown = config::shutdown;
    }

    /**
     * The running parts.
     *
     * @param admin null without an admin side
     */
    record Running(LoadBalancer balancer, @Nullable AdminServer admin, Instant startedAt, AccessLog access) {
        /** Shows the source on the admin side, if there is one, and returns the handler for local commands. */
        Control show(ConfigSource source) {
            Program program = new Program(Version.number(), Version.commit(), startedAt);
            AdminSubject subject = new AdminSubject(balancer, source, program, access::lines);
            if (admin != null) {
                admin.show(subject);
            }
            return Control.of(subject, admin);
        }
    }

    /** Keeps the sessions of a listener out of the access log. */
    void leaveOut(String listener) {
        leftOut = listener;
    }

    /** Finds the process to take over from, and waits for its handover. */
    @FunctionalInterface
    interface Predecessors {
        Predecessor get() throws IOException, InterruptedException;
    }

    /** Sets the search for a predecessor. */
    void succeed(Predecessors search) {
        predecessors = search;
    }

    /** The handover to this process's own successor. */
    Handover handover() {
        return handover;
    }

    /** The service manager, if there is one. */
    ServiceManager manager() {
        return manager;
    }

    /** The sockets given to this process. */
    GivenSockets given() {
        return given;
    }

    /** Ends this process, since a successor serves. Does not wait. */
    void leaveTo(long successor) {
        replaced = true;
        stops.end("process " + successor + " has taken over");
    }

    /** Sets an action before the drain of open sessions. */
    void beforeDrain(Runnable action) {
        beforeDrain = action;
    }

    /** Sets an action after the last session. */
    void atEnd(Runnable action) {
        atEnd = action;
    }

    /**
     * Serves until a signal.
     *
     * @param ready called after the bind and before the first connection is taken, so that its output comes first
     * @return the exit code
     */
    int run(Consumer<Running> ready) throws InterruptedException {
        keepNoAnswersOfResolvers();
        Thread ending = Thread.currentThread();
        stops.whenAsked(() -> LastResort.begin(ending, shutdown));
        try (AccessLog access = AccessLog.open(config.logging().access(), config.workerCount(), background);
                HeapUpkeep _ = HeapUpkeep.start(background)) {
            Signals.on("USR1", access::reopen); // unhandled, the signal would end the process
            return succeed(access, ready);
        } catch (IOException e) {
            log.error("{}", e.getMessage());
            return ExitCode.FAILED;
        }
    }

    /**
     * Turns off the JVM's cache of names: 30 s for an answer and 10 s for a failure, whatever {@code resolve.interval}
     * says. The JVM reads these properties once, at its first look-up.
     */
    private static void keepNoAnswersOfResolvers() {
        Security.setProperty("networkaddress.cache.ttl", "0");
        Security.setProperty("networkaddress.cache.negative.ttl", "0");
    }

    private int succeed(AccessLog access, Consumer<Running> ready) throws IOException, InterruptedException {
        try (Predecessor predecessor = predecessor()) {
            return stops.asked() ? ended() : serve(access, predecessor, ready);
        }
    }

    private Predecessor predecessor() throws IOException, InterruptedException {
        try {
            return stops.unlessAsked(predecessors::get);
        } catch (InterruptedException e) {
            if (stops.asked()) {
                return Predecessor.NONE;
            }
            throw e;
        }
    }

    /** Ends before the first connection: there is nothing to drain. */
    private int ended() throws InterruptedException {
        log.info("{}: stopped before the first connection", stops.take());
        return ExitCode.OK;
    }

    private int serve(AccessLog access, Predecessor predecessor, Consumer<Running> ready) throws InterruptedException {
        try (AdminSide admin = new AdminSide(config.admin(), predecessor)) {
            if (!predecessor.serves()) {
                admin.open(); // before the first connection, which a failure here would cut
            }
            return serve(access, admin, predecessor, ready);
        } catch (IOException e) {
            log.error("{}{}", e.getMessage(), predecessor.hint(e));
            return ExitCode.FAILED;
        }
    }

    private SessionLog sessionLog(AccessLog access) {
        return leftOut == null ? access : new AllButOne(access, leftOut);
    }

    private int serve(AccessLog access, AdminSide admin, Predecessor predecessor, Consumer<Running> ready)
            throws IOException, InterruptedException {
        LoadBalancer balancer;
        try {
            given = predecessor.serves() ? predecessor.sockets() : HandedSockets.of(System::getenv);
            Network network = Network.of(config.transport());
            if (!network.why().isEmpty()) {
                log.info("transport: nio, since {}", network.why());
            }
            Environment environment = Environment.of(network, sessionLog(access), Descriptors.connections(), background)
                    .withPasswords(new Bcrypt())
                    .withSockets(given);
            balancer = LoadBalancer.open(config, predecessor.gives() ? environment.beside() : environment);
            HandedSockets.warnOfUnused(given, balancer.looks().addresses().values());
        } catch (IOException e) {
            log.error("{}{}", StartFault.text(e), predecessor.hint(e));
            return ExitCode.FAILED;
        }
        shutdown = () -> balancer.looks().config().shutdown();
        boolean clean;
        try (balancer;
                manager) { // closed first: workers turn until then
            if (!isPrepared(predecessor, balancer)) {
                return ended();
            }
            admin.open();
            balancer.listen(); // last: a failure after a bind beside the predecessor would cut clients
            String signal;
            try {
                ready.accept(new Running(balancer, admin.server(), startedAt, access));
                balancer.accept();
                predecessor.leave(balancer); // tells the predecessor to close its listeners
                manager.serves(() -> turns(balancer), () -> Summary.state(balancer), background);
                signal = stops.take();
            } finally {
                if (!replaced) {
                    manager.stopping(LastResort.longest(shutdown.get()), "draining");
                }
                handover.begin();
                beforeDrain.run();
            }
            clean = drain(balancer, signal);
        } finally {
            atEnd.run();
        }
        log.info("{}", totals(balancer.looks().snapshot()));
        return clean ? ExitCode.OK : ExitCode.FAILED;
    }

    /** False if a signal asks for the end meanwhile. */
    private boolean isPrepared(Predecessor predecessor, LoadBalancer balancer)
            throws IOException, InterruptedException {
        try {
            return stops.unlessAsked(() -> {
                predecessor.prepare(balancer);
                return true;
            });
        } catch (InterruptedException e) {
            if (stops.asked()) {
                return false;
            }
            throw e;
        }
    }

    private static boolean turns(LoadBalancer balancer) {
        return balancer.looks().loopDelays().stream().allMatch(LoopDelay::answered);
    }

    // ---- ending ----

    /** Lets open sessions finish; false if a second signal cut the wait short. */
    private boolean drain(LoadBalancer balancer, String signal) throws InterruptedException {
        Duration delay = replaced
                ? Duration.ZERO // the other is ready
                : balancer.looks().config().shutdown().readinessDelay();
        if (!delay.isZero()) {
            log.info("{}: not ready from now on; the listeners close in {}", signal, Units.text(delay));
        }
        balancer.beginDraining();
        if (!delay.isZero()) {
            if (stops.poll(delay) != null) {
                log.warn(
                        "second signal: closing {} now",
                        sessions(balancer.looks().openSessions()));
                return false;
            }
        }
        handover.give();
        Duration patience = balancer.looks().config().shutdown().drain();
        int open = balancer.looks().openSessions();
        log.info("{}: no new connections; {} may finish within {} s", signal, sessions(open), patience.toSeconds());
        long cutBefore = balancer.looks().snapshot().ended(CloseReason.SHUTDOWN.word());
        boolean inTime = drainUntilSignal(balancer, patience);
        long cut = balancer.looks().snapshot().ended(CloseReason.SHUTDOWN.word()) - cutBefore;
        log.info("drain ended: {} finished, {} closed", sessions(Math.max(0, open - cut)), cut);
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
                if (replaced) { // the signal of a service manager to every process of the service
                    log.info("{}: draining already; a second signal closes all sessions", signal);
                    signal = stops.take();
                }
                log.warn("{}: closing all sessions now", signal);
                cutShort.set(true);
                balancer.drain(Duration.ZERO); // resets open sessions, which also ends the other drain
            } catch (InterruptedException noneCame) {
                Thread.currentThread().interrupt();
            }
        });
        balancer.drain(patience);
        second.interrupt();
        second.join();
        return !cutShort.get();
    }

    /** For example "totals: accepted 12, completed 10, hello_timeout 2". */
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
