package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.http.ProblemException;
import dev.usher.pool.SocketText;
import dev.usher.view.FailedSession;
import dev.usher.view.FailuresView;
import dev.usher.view.SessionIdentity;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /failures}. */
public final class FailuresResource {
    private final LoadBalancer balancer;

    public FailuresResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Failures(int total, int matched, List<Failure> failures) {}

    private record Failure(
            Instant at,
            String reason,
            String cid,
            String listener,
            String client,
            @Nullable String user,
            @Nullable String sni,
            @Nullable String route,
            @Nullable String pool,
            @Nullable String backend,
            int attempts,
            double ageSeconds,
            long receivedBytes,
            long sentBytes) {
        static Failure of(FailedSession failed) {
            SessionIdentity who = failed.identity();
            return new Failure(
                    failed.at(),
                    failed.reason(),
                    who.cid(),
                    who.listener(),
                    SocketText.of(who.client()),
                    who.user(),
                    who.sni(),
                    who.route(),
                    who.pool(),
                    who.backend(),
                    failed.attempts(),
                    Text.seconds(failed.age()),
                    failed.bytesIn(),
                    failed.bytesOut());
        }
    }

    /** {@code GET}. */
    public Object list(Question question) throws ProblemException, IOException {
        WantedSessions wanted = WantedSessions.of(question);
        String reason = question.parameter("reason");
        FailuresView found = balancer.looks()
                .failures(
                        failed -> WantedSessions.isWanted(reason, failed.reason())
                                && wanted.include(failed.identity(), failed.reason()),
                        question.limit());
        return new Failures(
                found.total(),
                found.matched(),
                found.sessions().stream().map(Failure::of).toList());
    }
}
