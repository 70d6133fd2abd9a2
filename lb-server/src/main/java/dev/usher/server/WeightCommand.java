package dev.usher.server;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code usher weight}. */
@Command(
        name = "weight",
        description = "Set a backend's share of its pool's new sessions.",
        footer = {
            "",
            "Holds until the next restart of usher; 0 returns to the configured weight.",
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
