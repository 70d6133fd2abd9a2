package dev.usher.admin.api;

import dev.usher.admin.http.Problem;
import dev.usher.admin.http.ProblemException;
import dev.usher.admin.subject.ConfigSource;
import dev.usher.admin.subject.SourceView;
import dev.usher.config.Spelling;
import java.time.Instant;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** {@code /sources}. */
public final class SourcesResource {
    private final ConfigSource source;

    public SourcesResource(ConfigSource source) {
        this.source = source;
    }

    private record Sources(List<Source> sources) {}

    private record Source(
            String name,
            String type,
            String state,
            String text,
            Instant since,
            @Nullable Instant answeredAt,
            int names,
            int backends,
            long failuresTotal,
            List<String> leftOut) {
        static Source of(SourceView view) {
            return new Source(
                    view.name(),
                    view.type(),
                    Spelling.snake(view.state()),
                    view.text(),
                    view.since(),
                    view.answered(),
                    view.names(),
                    view.backends(),
                    view.failures(),
                    view.leftOut());
        }
    }

    /** {@code GET}. */
    public Object list(Question question) {
        return new Sources(source.sources().stream().map(Source::of).toList());
    }

    /** {@code POST …/confirm}: has the answer that waits hold. */
    public Object confirm(Question question) throws ProblemException {
        String name = question.path("source");
        if (view(name).isEmpty()) {
            throw new NoSuchElementException("there is no source " + name);
        }
        if (!source.confirm(name, question.caller().text())) {
            throw Problem.of(409, "no answer of source " + name + " waits").exception();
        }
        return view(name).getFirst();
    }

    private List<Source> view(String name) {
        return source.sources().stream()
                .filter(view -> view.name().equals(name))
                .map(Source::of)
                .toList();
    }
}
