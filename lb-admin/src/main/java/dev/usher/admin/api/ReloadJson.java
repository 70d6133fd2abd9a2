package dev.usher.admin.api;

import dev.usher.Reload;
import dev.usher.config.Spelling;
import dev.usher.diff.ConfigDiff;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** An attempt to reload as the API writes it. */
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
    /** Some screens: the answers that have them are asked for every few seconds. */
    private static final int MAX_CHANGES = 200;

    /** One of many, without its report: those who look again and again have the diagnostics. */
    static ReloadJson of(Reload reload) {
        return of(reload, List.of());
    }

    /** For the one who has asked for the reload. */
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

    /** The first changes, and how many more there are. */
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
