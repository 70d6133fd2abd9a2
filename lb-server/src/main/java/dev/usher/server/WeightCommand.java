package dev.usher.server;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code usher weight}. */
@Command(
        name = "weight",
        description = "Set a backend's share of new sessions against the others of its pool.",
        footer = {
            "",
            "Holds until the next restart of usher; 0 goes back to the configuration's.",
            "Exit codes: 0 done, 1 not done, 2 wrong usage.",
        })
final class WeightCommand extends BackendCommand {
    @Parameters(index = "2", paramLabel = "N", description = "1..256, or 0.")
    private int weight;

    @Override
    String change() {
        return "{\"weight\": " + weight + "}";
    }
}
