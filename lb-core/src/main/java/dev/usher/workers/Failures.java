package dev.usher.workers;

import dev.usher.relay.FailedSessions.Failed;
import dev.usher.relay.SessionEnd;
import dev.usher.time.Clock;
import dev.usher.time.Moment;
import dev.usher.view.FailedSession;
import dev.usher.view.FailuresView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/** Collects the last failed sessions of every worker. */
public final class Failures {
    private Failures() {}

    /**
     * Lists failed sessions.
     *
     * @param wanted filter, called on the caller's thread
     * @param limit the most sessions to list, the newest first
     * @throws IOException if a worker does not answer
     */
    public static FailuresView last(Workers workers, Clock clock, Predicate<FailedSession> wanted, int limit)
            throws IOException {
        List<Failed> all = new ArrayList<>();
        for (int i = 0; i < workers.count(); i++) {
            all.addAll(workers.ask(i, sessions -> sessions.failed().copy()));
        }
        Moment now = Moment.now(clock);
        List<FailedSession> matching = all.stream()
                .sorted(Comparator.comparingLong(failed -> now.nanos() - failed.atNanos()))
                .map(failed -> view(failed, now))
                .filter(wanted)
                .toList();
        return new FailuresView(all.size(), matching.size(), matching.subList(0, Math.min(limit, matching.size())));
    }

    private static FailedSession view(Failed failed, Moment now) {
        SessionEnd end = failed.end();
        return new FailedSession(
                now.wall(failed.atNanos()),
                end.identity(),
                end.attempts(),
                end.reason().word(),
                Duration.ofNanos(end.totalNanos()),
                end.bytesIn(),
                end.bytesOut());
    }
}
