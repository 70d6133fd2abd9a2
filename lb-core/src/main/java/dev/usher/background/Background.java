package dev.usher.background;

import dev.usher.event.Event.Kind;
import dev.usher.event.Events;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks in the background, with no caller to notice their end: the access log's writer, the watch over the files,
 * probes, the live figures. Each task reports its success or failure here, for the dashboard and the metrics to show.
 * Any thread but a worker's.
 */
public final class Background {
    /** A task, or many like tasks under one name. */
    interface Work {
        /** The failure now, or null. */
        @Nullable
        Failure failure(Moment now);
    }

    private final Clock clock;
    private final Map<String, Work> works = new ConcurrentHashMap<>();
    /** Work whose failure has been reported as an event. Used by one thread. */
    private final Set<String> told = new HashSet<>();

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
     * The task with this name; a new task counts as working. A task and a crowd never have the same name.
     *
     * @param remedy advice to an operator while the task fails
     * @param patience the longest time for a single run
     */
    public Task task(String name, String remedy, Duration patience) {
        return (Task) works.computeIfAbsent(name, _ -> new Task(clock, name, remedy, patience));
    }

    /** The crowd with this name; see {@link #task}. */
    public Crowd crowd(String name, String remedy) {
        return (Crowd) works.computeIfAbsent(name, _ -> new Crowd(clock, name, remedy));
    }

    /** Ends the task or the crowd with this name; a later one of the name is new. */
    public void forget(String name) {
        works.remove(name);
    }

    /** What fails now, by name. */
    public List<Failure> failing() {
        Moment now = Moment.now(clock);
        return works.values().stream()
                .map(work -> work.failure(now))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Failure::task))
                .toList();
    }

    /** The names of tasks and crowds, in order. */
    public List<String> names() {
        return works.keySet().stream().sorted().toList();
    }

    /** Makes events of changes since the last call. Called about once a second, by one thread. */
    public void look(Events events) {
        Moment now = Moment.now(clock);
        told.retainAll(works.keySet());
        works.forEach((name, work) -> {
            Failure failure = work.failure(now);
            if (failure != null && told.add(name)) {
                events.add(Kind.WARNING, name, failure.why() + "; " + failure.remedy());
            } else if (failure == null && told.remove(name)) {
                events.add(Kind.RECOVERED, name, "works again");
            }
        });
    }
}
