package dev.usher.server;

import java.io.PrintWriter;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** A command that changes a backend of a running usher, until that is restarted. */
abstract class BackendCommand extends AdminCommand {
    @Parameters(
            index = "0",
            paramLabel = "POOL",
            description = "The pool; it is called after its route where it has no name.")
    private String pool = "";

    @Parameters(
            index = "1",
            paramLabel = "BACKEND",
            description = "Its backend, as usher status and the log call it: 10.0.0.11:443.")
    private String backend = "";

    /** What is to become different, as JSON. */
    abstract String change();

    @Override
    final int ask(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException {
        if (pool.matches(".*:\\d+") && backend.indexOf(':') < 0) {
            throw new AdminFault("the pool comes first, then the backend: " + backend + " " + pool);
        }
        String path = "/api/v1/pools/" + part(pool) + "/backends/" + part(backend);
        JsonNode before = client.get(path);
        JsonNode now = changed(client, path);
        out.println("backend " + backend + " of pool " + pool + (isSame(before, now) ? " was so already: " : ": ")
                + now.path("state").asString() + " ("
                + now.path("reason").asString() + "), weight "
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
                    ? new AdminFault(
                            String.valueOf(last.getMessage()).replace("force: true changes it", "--force does it"))
                    : last;
        }
    }

    private void warnOfNone(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException {
        JsonNode after = client.get("/api/v1/pools/" + part(pool));
        if (takesOut() && after.path("serving").asInt(1) == 0) {
            out.println("no backend of pool " + pool + " takes sessions now: its clients are refused");
        }
    }

    /** Whether fewer backends take sessions after it. */
    boolean takesOut() {
        return false;
    }

    private static boolean isSame(JsonNode before, JsonNode now) {
        return Stream.of("admin_state", "since", "weight")
                .allMatch(key -> before.path(key).equals(now.path(key)));
    }
}
