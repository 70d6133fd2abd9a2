package dev.usher.server;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code usher disable}. */
@Command(
        name = "disable",
        description = "Send a backend no new sessions, and do not probe it.",
        footer = {
            "",
            "Holds until usher enable, or the next restart of usher. The last backend of a",
            "pool that takes sessions needs --force: clients are refused without it.",
            "Exit codes: 0 done, 1 not done, 2 wrong usage.",
        })
final class DisableCommand extends BackendCommand {
    @Option(names = "--force", description = "Even the last backend of its pool that takes sessions.")
    private boolean force;

    @Override
    boolean takesOut() {
        return true;
    }

    @Override
    String change() {
        return "{\"admin_state\": \"disabled\"" + (force ? ", \"force\": true" : "") + "}";
    }
}
