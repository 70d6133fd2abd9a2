package dev.usher.server;

import dev.usher.config.Printable;
import dev.usher.config.UsherConfig;
import dev.usher.map.FileMap;
import dev.usher.map.Flow;
import dev.usher.map.MapPicture;
import dev.usher.map.MapSvg;
import dev.usher.map.MapText;
import dev.usher.map.NameMap;
import dev.usher.server.log.FileFault;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code usher map}. */
@Command(
        name = "map",
        description = "Draw the configuration: names, pools, backends.",
        footer = {
            "",
            "Reads the file alone: no server is asked, and the same file makes the same map.",
            "Exit codes: 0 drawn, 1 invalid configuration or output, 2 wrong usage.",
        })
final class MapCommand implements Callable<Integer> {
    @Mixin
    private ConfigArgument argument = new ConfigArgument();

    @Option(names = "--svg", description = "A picture (SVG) in place of text.")
    private boolean svg;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "PATH",
            description = "Write to this file (default: stdout).")
    private @Nullable Path output;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        UsherConfig config = argument.read(err, false);
        if (config == null) {
            return ExitCode.FAILED;
        }
        String drawn = draw(config);
        if (output == null) {
            PrintWriter out = spec.commandLine().getOut();
            out.print(drawn);
            out.flush();
            return ExitCode.OK;
        }
        try {
            Files.writeString(output, drawn);
            return ExitCode.OK;
        } catch (IOException e) {
            err.println(Printable.of("usher: --output " + output + " cannot be written: " + FileFault.text(e)));
            err.flush();
            return ExitCode.FAILED;
        }
    }

    private String draw(UsherConfig config) {
        NameMap map = FileMap.of(config);
        return svg ? MapSvg.of(MapPicture.of(map, Flow.Measure.SESSIONS), Summary.of(config)) : MapText.of(map);
    }
}
