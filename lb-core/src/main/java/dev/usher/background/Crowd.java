package dev.usher.background;

import dev.usher.background.Background.Failure;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Many like tasks under one name, such as the probes of all backends. A crowd fails while a member fails, since the
 * first failure among these. Any thread but a worker's.
 */
public final class Crowd implements Background.Work {
    private final Clock clock;
    private final String name;
    private final String remedy;
    private final Set<Task> members = ConcurrentHashMap.newKeySet();

    Crowd(Clock clock, String name, String remedy) {
        this.clock = clock;
        this.name = name;
        this.remedy = remedy;
    }

    /**
     * Adds a member.
     *
     * @param member name for people, such as a backend's
     * @param patience the longest time for a single run
     */
    public Task join(String member, Duration patience) {
        Task task = new Task(clock, member, remedy, patience);
        members.add(task);
        return task;
    }

    /** Removes a member whose work is over; a failure of the member is over too. */
    public void leave(Task member) {
        members.remove(member);
    }

    @Override
    public @Nullable Failure failure(Moment now) {
        List<Failure> failing = members.stream()
                .map(member -> member.failure(now))
                .filter(Objects::nonNull)
                .sorted(Comparator.comparing(Failure::since).thenComparing(Failure::task))
                .toList();
        if (failing.isEmpty()) {
            return null;
        }
        Failure first = failing.getFirst();
        String more = failing.size() == 1 ? "" : "; and " + (failing.size() - 1) + " more";
        return new Failure(name, first.since(), first.task() + ": " + first.why() + more, first.remedy());
    }
}
