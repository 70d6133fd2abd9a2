package dev.usher.server;

import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.DiagnosticText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** {@code FILE}, for commands that need the configuration. */
final class ConfigArgument {
    @Parameters(index = "0", paramLabel = "FILE", description = "The configuration, YAML.")
    private Path file = Path.of("");

    ConfigArgument() {}

    ConfigArgument(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    /** Reads the file; prints the faults and returns null if the file is invalid. Prints warnings only if wanted. */
    @Nullable
    UsherConfig read(PrintWriter err, boolean warnings) {
        ConfigResult.Valid valid = readWhole(err, warnings);
        return valid == null ? null : valid.config();
    }

    /** Like {@link #read}, with diagnostics and fingerprint. */
    ConfigResult.@Nullable Valid readWhole(PrintWriter err, boolean warnings) {
        return readWhole(err, warnings, _ -> {});
    }

    /**
     * Like {@link #readWhole(PrintWriter, boolean)}.
     *
     * @param faults gets the text of the faults too, without colours
     */
    ConfigResult.@Nullable Valid readWhole(PrintWriter err, boolean warnings, Consumer<String> faults) {
        ConfigResult result = ConfigFile.read(file);
        boolean invalid = result instanceof ConfigResult.Invalid;
        if (invalid) {
            faults.accept(new DiagnosticText(false).render(result.diagnostics()));
        }
        if (invalid || (warnings && !result.diagnostics().isEmpty())) {
            err.print(new DiagnosticText(Terminal.hasColour(Terminal.STDERR)).render(result.diagnostics()));
            err.flush();
        }
        return result instanceof ConfigResult.Valid valid ? valid : null;
    }
}
