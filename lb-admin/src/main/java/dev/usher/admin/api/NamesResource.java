package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.view.NameCount;
import dev.usher.view.TopNames;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /names}. */
public final class NamesResource {
    private final LoadBalancer balancer;

    public NamesResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Names(long knownTotal, long unknownTotal, int capacity, List<Name> names) {}

    private record Name(String name, boolean valid, boolean known, long count, long error, Instant lastSeen) {
        static Name of(NameCount counted) {
            return new Name(
                    counted.name(),
                    counted.valid(),
                    counted.known(),
                    counted.count(),
                    counted.error(),
                    counted.lastSeen());
        }
    }

    /** {@code GET}. */
    public Object list(Question question) throws ProblemException, IOException {
        Filter filter = question.filter();
        Boolean known = known(question.parameter("known"));
        TopNames top = balancer.looks()
                .names(
                        name -> (known == null || known == name.known()) && filter.passes(name.name()),
                        question.limit());
        return new Names(
                top.known(),
                top.unknown(),
                top.capacity(),
                top.names().stream().map(Name::of).toList());
    }

    private static @Nullable Boolean known(@Nullable String text) throws ProblemException {
        return switch (text) {
            case null -> null;
            case "true" -> true;
            case "false" -> false;
            default -> throw Problem.of(400, "known must be true or false").exception();
        };
    }
}
