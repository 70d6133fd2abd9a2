package dev.usher.admin.api;

import dev.usher.LoadBalancer;
import dev.usher.admin.api.Question.Filter;
import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.config.Spelling;
import dev.usher.event.Event;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code /events}. */
public final class EventsResource {
    private final LoadBalancer balancer;

    public EventsResource(LoadBalancer balancer) {
        this.balancer = balancer;
    }

    private record Events(List<Entry> events, int total) {}

    private record Entry(long sequence, Instant at, String kind, String subject, String text) {
        static Entry of(Event event) {
            return new Entry(event.sequence(), event.at(), Spelling.snake(event.kind()), event.subject(), event.text());
        }
    }

    /** {@code GET}. */
    public Object list(Question question) throws ProblemException {
        Filter filter = question.filter();
        Event.Kind kind = kind(question.parameter("kind"));
        List<Event> all = balancer.looks().events();
        List<Entry> events = all.reversed().stream()
                .filter(event -> kind == null || kind == event.kind())
                .map(Entry::of)
                .filter(event -> filter.passes(event.kind(), event.subject(), event.text()))
                .limit(question.limit())
                .toList();
        return new Events(events, all.size());
    }

    private static Event.@Nullable Kind kind(@Nullable String word) throws ProblemException {
        if (word == null) {
            return null;
        }
        return Arrays.stream(Event.Kind.values())
                .filter(kind -> Spelling.snake(kind).equals(word))
                .findFirst()
                .orElseThrow(() -> Problem.of(
                                400,
                                "kind must be one of "
                                        + Arrays.stream(Event.Kind.values())
                                                .map(Spelling::snake)
                                                .collect(Collectors.joining(", ")))
                        .exception());
    }
}
