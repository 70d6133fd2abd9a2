package dev.usher.server.systemd;

import dev.usher.background.Background;
import dev.usher.background.Task;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager of this process, told of each step by {@code sd_notify(3)}. Without {@code NOTIFY_SOCKET} in the
 * environment every method does nothing. Any thread but a worker's.
 *
 * <pre>
 *   STARTING --serves--> SERVING --stopping--> STOPPING        reloads are told while SERVING only
 *                           |
 *                           +--goesTo--> REPLACED              the manager hears another process from now on
 * </pre>
 */
public final class ServiceManager implements AutoCloseable {
    /** How often the status is told, where the watchdog does not ask for more. */
    private static final Duration EVERY = Duration.ofSeconds(10);
    /** Beats in the watchdog's time: the loss of a single beat kills nobody. */
    private static final int BEATS = 3;

    private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);

    private enum State {
        STARTING,
        SERVING,
        STOPPING,
        REPLACED
    }

    private final @Nullable NotifySocket socket;
    /** Null where no beats are wanted. */
    private final @Nullable Duration watchdog;

    private final CountDownLatch closed = new CountDownLatch(1);
    /** Guarded by this, like the fields below. */
    private State state = State.STARTING;

    private String remark = "";
    private String told = "";
    private boolean complained;

    private ServiceManager(@Nullable NotifySocket socket, @Nullable Duration watchdog) {
        this.socket = socket;
        this.watchdog = watchdog;
    }

    /** The manager that has set these variables of the environment. */
    public static ServiceManager of(Function<String, @Nullable String> environment) {
        String address = environment.apply("NOTIFY_SOCKET");
        if (address == null || address.isEmpty()) {
            return new ServiceManager(null, null);
        }
        try {
            return new ServiceManager(new NotifySocket(address), watchdog(environment));
        } catch (IOException e) {
            log.warn("the service manager is told nothing: NOTIFY_SOCKET={}: {}", address, e.getMessage());
            return new ServiceManager(null, null);
        }
    }

    /** Null where the beats of another process are wanted, or of no process. */
    private static @Nullable Duration watchdog(Function<String, @Nullable String> environment) {
        String micros = environment.apply("WATCHDOG_USEC");
        String pid = environment.apply("WATCHDOG_PID");
        if (micros == null
                || (pid != null && !pid.equals("" + ProcessHandle.current().pid()))) {
            return null;
        }
        try {
            long wanted = Long.parseLong(micros);
            return wanted > 0 ? Duration.of(wanted, ChronoUnit.MICROS) : null;
        } catch (NumberFormatException e) {
            log.warn("no beats for the watchdog of the service manager: WATCHDOG_USEC={}", micros);
            return null;
        }
    }

    /**
     * Says that connections are accepted, and from now on, every few seconds, what usher does.
     *
     * @param turns whether every worker turns; without, the watchdog gets no beat
     * @param status the status in words
     */
    public void serves(BooleanSupplier turns, Supplier<String> status, Background background) {
        if (socket == null) {
            return;
        }
        synchronized (this) {
            state = State.SERVING;
            told = status(status.get());
            tell(List.of("READY=1", told));
        }
        Duration every = watchdog == null || watchdog.compareTo(EVERY.multipliedBy(BEATS)) > 0
                ? EVERY
                : watchdog.dividedBy(BEATS);
        Task task = background.task(
                "service manager", "see the log; systemd restarts usher where WatchdogSec is set", every.plus(EVERY));
        Thread.ofPlatform()
                .daemon()
                .name("service-manager")
                .start(() -> task.whole(() -> {
                    while (!isClosed(every)) {
                        task.begins();
                        beat(turns.getAsBoolean(), status.get());
                        task.works();
                    }
                }));
    }

    private boolean isClosed(Duration patience) {
        try {
            return closed.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private synchronized void beat(boolean turns, String words) {
        List<String> lines = new ArrayList<>();
        if (watchdog != null && turns) {
            lines.add("WATCHDOG=1");
        }
        if (watchdog != null && !turns) {
            log.warn("a worker has not answered for a second: no beat for the watchdog of the service manager");
        }
        String status = status(turns ? words : "a worker does not answer; " + words);
        if (!status.equals(told)) {
            lines.add(status);
        }
        if (!lines.isEmpty()) {
            tell(lines);
            told = status;
        }
    }

    /** A status is a single line. */
    private String status(String words) {
        return "STATUS=" + (remark.isEmpty() ? words : words + "; " + remark).replace('\n', ' ');
    }

    /** Sets the end of every status; empty for none. */
    public synchronized void remark(String text) {
        remark = text;
    }

    /** Says that the configuration is being read. */
    public synchronized void reloading() {
        if (state == State.SERVING) { // the manager compares the time with the time of its own request
            tell(List.of("RELOADING=1", "MONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime())));
        }
    }

    /** Says that the reload is over, whatever came of the reload. */
    public synchronized void reloaded() {
        if (state == State.SERVING) {
            tell(List.of("READY=1"));
        }
    }

    /** Says that a successor in the service serves; the last word of this process. */
    public synchronized void goesTo(long pid) {
        tell(List.of("MAINPID=" + pid));
        state = State.REPLACED;
    }

    /**
     * Says that usher ends.
     *
     * @param longest the longest time to the end: without, the manager's {@code TimeoutStopSec} would cut a long drain
     */
    public synchronized void stopping(Duration longest, String words) {
        state = State.STOPPING;
        tell(List.of("STOPPING=1", "EXTEND_TIMEOUT_USEC=" + longest.toSeconds() * 1_000_000, status(words)));
    }

    /** Ends the beats. */
    @Override
    public void close() {
        closed.countDown();
    }

    private void tell(List<String> lines) {
        if (socket == null || state == State.REPLACED) {
            return;
        }
        try {
            socket.send(String.join("\n", lines));
            complained = false;
        } catch (IOException e) {
            if (!complained) {
                complained = true;
                log.warn("the service manager was not told {}: {}", lines.getFirst(), e.getMessage());
            }
        }
    }
}
