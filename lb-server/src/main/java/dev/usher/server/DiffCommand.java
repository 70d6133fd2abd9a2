package dev.usher.server;

import dev.usher.config.UsherConfig;
import dev.usher.diff.ConfigDiff;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.DiagnosticText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher diff}. */
@Command(
        name = "diff",
        description = "Compare two configurations: which names go elsewhere.",
        footer = {
            "",
            "Exit codes: 0 no difference, 1 different,",
            "2 not a valid configuration or wrong usage.",
        })
final class DiffCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "OLD", description = "The configuration before.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "NEW", description = "The configuration after.")
    private Path after = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        UsherConfig old = read(before);
        UsherConfig now = read(after);
        if (old == null || now == null) {
            return ExitCode.USAGE;
        }
        ConfigDiff diff = ConfigDiff.between(old, now);
        PrintWriter out = spec.commandLine().getOut();
        out.print(diff.text());
        out.flush();
        return diff.isEmpty() ? ExitCode.OK : ExitCode.DIFFERENT;
    }

    private @Nullable UsherConfig read(Path file) {
        return switch (ConfigFile.read(file)) {
            case ConfigResult.Valid valid -> valid.config();
            case ConfigResult.Invalid invalid -> {
                PrintWriter err = spec.commandLine().getErr();
                err.print(new DiagnosticText(Terminal.hasColour(Terminal.STDERR)).render(invalid.diagnostics()));
                err.flush();
                yield null;
            }
        };
    }
}
