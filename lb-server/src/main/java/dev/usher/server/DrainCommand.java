package dev.usher.server;

import dev.usher.config.Units;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code usher drain}. */
@Command(
        name = "drain",
        description = "Send a backend no new sessions. Open ones continue; probes go on.",
        footer = {
            "",
            "Holds until usher enable, or the next restart of usher. The last backend of a",
            "pool that takes sessions needs --force: clients are refused without it.",
            "Exit codes: 0 done, 1 not done, 2 wrong usage.",
        })
final class DrainCommand extends BackendCommand {
    private static final long MILLIS_PER_SECOND = 1000;

    @Option(
            names = "--close-after",
            paramLabel = "TIME",
            converter = Time.class,
            description = "Close the remaining sessions after a time, such as 5m (default: never).")
    private @Nullable Duration closeAfter;

    /** A time in the syntax of the configuration. */
    private static final class Time implements CommandLine.ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Units.duration(text);
            } catch (IllegalArgumentException e) {
                throw new CommandLine.TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Option(names = "--force", description = "Even the last backend of its pool that takes sessions.")
    private boolean force;

    @Override
    boolean takesOut() {
        return true;
    }

    @Override
    String change() {
        return "{\"admin_state\": \"drain\""
                + (force ? ", \"force\": true" : "")
                + (closeAfter == null
                        ? ""
                        : ", \"close_after_seconds\": " + (double) closeAfter.toMillis() / MILLIS_PER_SECOND)
                + "}";
    }
}
