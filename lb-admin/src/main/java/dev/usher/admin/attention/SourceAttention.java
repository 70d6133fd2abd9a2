package dev.usher.admin.attention;

import dev.usher.admin.attention.Attention.Entry;
import dev.usher.admin.attention.Attention.Entry.Kind;
import dev.usher.admin.attention.Attention.Entry.Severity;
import dev.usher.admin.subject.SourceView;
import java.util.List;

/** Sources with parts left out, or with an answer to confirm; a silent source is a failing task in the background. */
final class SourceAttention {
    /** Parts left out with an entry each: the rest is counted. */
    private static final int MAX_LEFT_OUT = 10;

    private static final String PAGE = "config?view=sources";

    private SourceAttention() {}

    static void add(SourceView source, List<Entry> to) {
        String subject = "source " + source.name();
        if (source.state() == SourceView.State.WAITING) {
            to.add(new Entry(
                    Severity.WARNING,
                    Kind.SOURCE,
                    subject,
                    source.text()
                            + ": the answer before stays in force. If the new one is right: usher sources --confirm "
                            + source.name(),
                    source.since(),
                    PAGE));
        }
        source.leftOut().stream()
                .limit(MAX_LEFT_OUT)
                .forEach(part ->
                        to.add(new Entry(Severity.WARNING, Kind.SOURCE, subject, "left out: " + part, null, PAGE)));
        int more = source.leftOut().size() - MAX_LEFT_OUT;
        if (more > 0) {
            to.add(new Entry(
                    Severity.WARNING,
                    Kind.SOURCE,
                    subject,
                    "left out: " + more + " more; usher sources lists them",
                    null,
                    PAGE));
        }
    }
}
