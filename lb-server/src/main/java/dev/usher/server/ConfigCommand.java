package dev.usher.server;

import dev.usher.config.UsherConfig;
import dev.usher.server.yaml.BriefYaml;
import dev.usher.server.yaml.ConfigYaml;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code usher config}. */
@Command(
        name = "config",
        description = "Print the configuration, includes merged and variables replaced.",
        footer = {
            "",
            "Settings with their default are left out without --effective.",
            "Hashes of tokens are masked (***). A pool that a route brings along has the",
            "name of the route.",
            "Exit codes: 0 printed, 1 invalid configuration, 2 wrong usage.",
        })
final class ConfigCommand implements Callable<Integer> {
    @Mixin
    private ConfigArgument argument = new ConfigArgument();

    @Option(names = "--effective", description = "Every setting, with the defaults filled in.")
    private boolean effective;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        UsherConfig config = argument.read(spec.commandLine().getErr(), false);
        if (config == null) {
            return ExitCode.FAILED;
        }
        PrintWriter out = spec.commandLine().getOut();
        out.print(effective ? ConfigYaml.of(config) : BriefYaml.of(config));
        out.flush();
        return ExitCode.OK;
    }
}
