package dev.usher.server;

import dev.usher.config.Printable;
import java.io.PrintWriter;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** A command that changes a backend of a running usher, until usher restarts. */
abstract class BackendCommand extends AdminCommand {
    @Parameters(index = "0", paramLabel = "POOL", description = "The pool. An unnamed pool has its route's name.")
    private String pool = "";

    @Parameters(
            index = "1",
            paramLabel = "BACKEND",
            description = "The backend, as in usher status and the log: 10.0.0.11:443.")
    private String backend = "";

    /** The change, as JSON. */
    abstract String change();

    @Override
    final int ask(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException {
        if (pool.matches(".*:\\d+") && backend.indexOf(':') < 0) {
            throw new AdminFault("the pool comes first, then the backend: " + backend + " " + pool);
        }
        String path = "/api/v1/pools/" + part(pool) + "/backends/" + part(backend);
        JsonNode before = client.get(path);
        JsonNode now = changed(client, path);
        out.println(Printable.of("backend " + backend + " of pool " + pool)
                + (isSame(before, now) ? " unchanged: " : ": ")
                + state(now.path("state").asString(), now.path("reason").asString()) + ", weight "
                + now.path("weight").asInt() + ", "
                + now.path("open").asInt() + " sessions open");
        warnOfNone(client, out);
        return ExitCode.OK;
    }

    private JsonNode changed(UsherClient client, String path) throws AdminFault, InterruptedException {
        try {
            return client.patch(path, change());
        } catch (AdminFault last) {
            throw last.isConflict()
                    ? new AdminFault(String.valueOf(last.getMessage()).replace("force: true", "--force"))
                    : last;
        }
    }

    private void warnOfNone(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException {
        JsonNode after = client.get("/api/v1/pools/" + part(pool));
        if (takesOut() && after.path("serving").asInt(1) == 0) {
            out.println("pool " + Printable.of(pool) + ": no backend is available now; clients are refused");
        }
    }

    /** True if fewer backends take sessions after the command. */
    boolean takesOut() {
        return false;
    }

    /** For example "up (not probed)", "disabled by ops" or "draining (by ops)". */
    private static String state(String state, String reason) {
        return reason.startsWith(state) ? reason : state + " (" + reason.replaceFirst("^drained by", "by") + ")";
    }

    private static boolean isSame(JsonNode before, JsonNode now) {
        return Stream.of("admin_state", "since", "weight")
                .allMatch(key -> before.path(key).equals(now.path(key)));
    }
}
