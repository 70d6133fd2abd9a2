package dev.usher.watch;

import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks in the background, with no caller to notice their end: the access log's writer, the watch over the files,
 * the live figures. Each task reports its success or failure here, for the dashboard and the metrics to show. Any
 * thread but a worker's.
 *
 * <pre>
 *   WORKS --failed, ended, or a run longer than the task's patience--> FAILING --works again--> WORKS
 * </pre>
 */
public final class Background {
    private final Clock clock;
    private final Map<String, Task> tasks = new ConcurrentHashMap<>();

    public Background(Clock clock) {
        this.clock = clock;
    }

    /**
     * A task failing now.
     *
     * @param task the task's name, such as {@code access log}
     * @param since by the wall clock
     * @param why the reason, in words
     * @param remedy advice to an operator
     */
    public record Failure(String task, Instant since, String why, String remedy) {}

    /**
     * The task with this name; a new task counts as working.
     *
     * @param remedy advice to an operator while the task fails
     * @param patience the longest time for a single run
     */
    public Task task(String name, String remedy, Duration patience) {
        return tasks.computeIfAbsent(name, _ -> new Task(name, remedy, patience));
    }

    /** A task in the background. Its methods may be called from any thread. */
    public final class Task {
        private final String name;
        private final String remedy;
        private final Duration patience;
        /**
         * The reason of the failure; null exactly while the task has not failed. Guarded by this, as are the fields
         * below.
         */
        private @Nullable String why;

        private long failedNanos;
        private boolean busy;
        private long busyNanos;
        private boolean ended;
        /** Whether the failure has been reported as an event. Used by the keeper only. */
        private boolean said;

        private Task(String name, String remedy, Duration patience) {
            this.name = name;
            this.remedy = remedy;
            this.patience = patience;
        }

        /** A run begins, limited by the task's patience. */
        public synchronized void begins() {
            busy = true;
            busyNanos = clock.nanos();
        }

        /** It waits for its next go. */
        public synchronized void rests() {
            busy = false;
        }

        /** The last run has succeeded. */
        public synchronized void works() {
            busy = false;
            if (!ended) {
                why = null;
            }
        }

        /** Its last go did not. */
        public synchronized void failed(String reason) {
            busy = false;
            if (why == null) {
                failedNanos = clock.nanos();
            }
            why = reason;
        }

        /** Runs a task that returns only when usher ends: an earlier end by a fault is a failure for good. */
        public void whole(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException | Error fault) { // a missing class is an Error, and ends the thread
                failed("it has crashed: " + fault);
                synchronized (this) {
                    ended = true;
                }
                throw fault;
            }
        }

        private synchronized @Nullable Failure failure(Moment now) {
            if (why != null) {
                return new Failure(name, now.wall(failedNanos), why, ended ? "restart usher" : remedy);
            }
            if (busy && now.since(busyNanos).compareTo(patience) > 0) {
                return new Failure(
                        name,
                        now.wall(busyNanos),
                        "it has been stuck for more than " + patience.toSeconds() + " s",
                        remedy);
            }
            return null;
        }
    }

    /** What fails now, by name. */
    public List<Failure> failing() {
        Moment now = Moment.now(clock);
        List<Failure> failing = new ArrayList<>();
        for (Task task : tasks.values()) {
            Failure failure = task.failure(now);
            if (failure != null) {
                failing.add(failure);
            }
        }
        failing.sort(Comparator.comparing(Failure::task));
        return failing;
    }

    /** The names of the tasks, in order. */
    public List<String> names() {
        return tasks.keySet().stream().sorted().toList();
    }

    /** Makes events of changes since the last call. Called about once a second, by one thread. */
    public void look(Events events) {
        Moment now = Moment.now(clock);
        for (Task task : tasks.values()) {
            Failure failure = task.failure(now);
            if (failure != null && !task.said) {
                events.add(Kind.WARNING, task.name, failure.why() + "; " + failure.remedy());
            } else if (failure == null && task.said) {
                events.add(Kind.RECOVERED, task.name, "works again");
            }
            task.said = failure != null;
        }
    }
}
