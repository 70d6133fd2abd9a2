package dev.usher.server;

import picocli.CommandLine.Command;

/** {@code usher enable}. */
@Command(
        name = "enable",
        description = "Put a drained or disabled backend back into service.",
        footer = {"", "Exit codes: 0 done, 1 not done, 2 wrong usage."})
final class EnableCommand extends BackendCommand {
    @Override
    String change() {
        return "{\"admin_state\": \"ready\"}";
    }
}
