package dev.usher.server;

import dev.usher.config.Printable;
import dev.usher.server.DropIns.Need;
import dev.usher.server.yaml.ConfigFile;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.DiagnosticJson;
import dev.usher.server.yaml.DiagnosticText;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code usher check}. */
@Command(
        name = "check",
        description = "Check a configuration and report every error.",
        footer = {
            "",
            "Names the drop-ins for the unit of systemd that the file needs, as far as the",
            "rights of files on this machine show.",
            "With --probe, each backend is asked once, as its health check would ask: many",
            "at once, two minutes in all. A pool without a check is connected to.",
            "Exit codes: 0 valid (there may be warnings), 1 not valid, or a backend is down,",
            "2 wrong usage.",
        })
final class CheckCommand implements Callable<Integer> {
    /** Output formats of the faults. */
    enum Format {
        TEXT,
        JSON
    }

    /** Reads a format by its name in lower case. */
    static final class FormatReader implements ITypeConverter<Format> {
        @Override
        public Format convert(String text) {
            return switch (text) {
                case "text" -> Format.TEXT;
                case "json" -> Format.JSON;
                default -> throw new TypeConversionException("\"" + text + "\" is neither text nor json");
            };
        }
    }

    @Mixin
    private ConfigArgument argument = new ConfigArgument();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            converter = FormatReader.class,
            description = "text, for people and editors, or json (default: text).")
    private Format format = Format.TEXT;

    @Option(names = "--probe", description = "Connect to every backend, and say which answer.")
    private boolean probe;

    /** Null for a command line without picocli. */
    @Spec
    private @Nullable CommandSpec spec;

    CheckCommand() {}

    /** {@code usher check FILE}. */
    CheckCommand(Path file) {
        this.argument = new ConfigArgument(file);
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = Terminal.out(spec);
        ConfigResult result = ConfigFile.read(argument.file());
        ProbeReport probes = probe && result instanceof ConfigResult.Valid valid
                ? ProbeReport.of(valid.config(), Terminal.err(spec), Terminal.isTerminal(Terminal.STDERR))
                : null;
        List<Need> needs =
                result instanceof ConfigResult.Valid valid ? DropIns.of(valid.config(), argument.file()) : List.of();
        out.print(
                switch (format) {
                    case JSON -> json(result, needs, probes);
                    case TEXT -> text(result) + DropIns.text(needs) + (probes == null ? "" : probes.text());
                });
        out.flush();
        return result instanceof ConfigResult.Valid && (probes == null || probes.isGood())
                ? ExitCode.OK
                : ExitCode.FAILED;
    }

    private static String json(ConfigResult result, List<Need> needs, @Nullable ProbeReport probes) {
        Map<String, List<Map<String, Object>>> more = new LinkedHashMap<>();
        if (result instanceof ConfigResult.Valid) {
            more.put("drop_ins", DropIns.json(needs));
        }
        if (probes != null) {
            more.put("probes", probes.json());
        }
        return DiagnosticJson.render(result.diagnostics(), more);
    }

    private String text(ConfigResult result) {
        DiagnosticText text = new DiagnosticText(Terminal.hasColour(Terminal.STDOUT));
        String faults = result.diagnostics().isEmpty() ? "" : text.render(result.diagnostics());
        return result instanceof ConfigResult.Valid valid
                ? faults + Printable.of(argument.file().toString()) + ": valid: " + Summary.of(valid.config()) + "\n"
                : faults;
    }
}
