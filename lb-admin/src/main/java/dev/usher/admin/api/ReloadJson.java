package dev.usher.admin.api;

import dev.usher.config.Spelling;
import dev.usher.diff.ConfigDiff;
import dev.usher.reload.Reload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An attempt to reload, in the API. */
record ReloadJson(
        long number,
        Instant at,
        String trigger,
        String who,
        String result,
        int generation,
        List<String> changes,
        List<String> diagnostics,
        List<String> report,
        double tookSeconds) {
    private static final double MILLIS = 1e3;
    /** Limit of listed changes, a few screens, since clients fetch these answers every few seconds. */
    private static final int MAX_CHANGES = 200;

    /** An entry of a list, without the report; diagnostics are enough for clients that ask repeatedly. */
    static ReloadJson of(Reload reload) {
        return of(reload, List.of());
    }

    /** The full answer to a request for a reload, with the report. */
    static ReloadJson whole(Reload reload) {
        return of(reload, reload.report());
    }

    private static ReloadJson of(Reload reload, List<String> report) {
        return new ReloadJson(
                reload.number(),
                reload.at(),
                Spelling.snake(reload.trigger()),
                reload.who(),
                Spelling.snake(reload.result()),
                reload.generation(),
                lines(reload.diff()),
                reload.diagnostics(),
                report,
                reload.tookMillis() / MILLIS);
    }

    /** The first changes, and the number of the rest. */
    static List<String> lines(ConfigDiff diff) {
        List<String> lines = new ArrayList<>();
        diff.changes().stream().limit(MAX_CHANGES).forEach(change -> lines.add(change.toString()));
        int more = diff.changes().size() - lines.size();
        if (more > 0) {
            lines.add("and %,d more".formatted(more));
        }
        return lines;
    }
}
