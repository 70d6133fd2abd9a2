package dev.usher.server;

import picocli.CommandLine.Command;

/** {@code usher disable}. */
@Command(
        name = "disable",
        description = "Send a backend no new sessions, and do not probe it.",
        footer = {
            "",
            "Holds until usher enable, or the next restart of usher.",
            "Exit codes: 0 done, 1 not done, 2 wrong usage.",
        })
final class DisableCommand extends BackendCommand {
    @Override
    String change() {
        return "{\"admin_state\": \"disabled\"}";
    }
}
