package dev.usher.admin.api;

import dev.usher.ConfigDiff;
import dev.usher.Reload;
import dev.usher.admin.http.Json;
import java.time.Instant;
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
        double tookSeconds) {
    private static final double MILLIS = 1e3;

    static ReloadJson of(Reload reload) {
        return new ReloadJson(
                reload.number(),
                reload.at(),
                Json.word(reload.trigger()),
                reload.who(),
                Json.word(reload.result()),
                reload.generation(),
                lines(reload.diff()),
                reload.diagnostics(),
                reload.tookMillis() / MILLIS);
    }

    static List<String> lines(ConfigDiff diff) {
        return diff.changes().stream().map(ConfigDiff.Change::toString).toList();
    }
}
