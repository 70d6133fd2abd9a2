package dev.usher.server;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code usher} without a command. */
@Command(
        name = "usher",
        description = {
            "Routes TLS connections by server name, without decrypting them.",
            "",
        },
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Start with: usher demo",
            "The access log goes to stdout, all other output to stderr.",
        })
final class UsherCommand implements Runnable {
    /** In the order of the help. */
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            CheckCommand.class,
            ConfigCommand.class,
            ExplainCommand.class,
            DiffCommand.class,
            ConvertCommand.class,
            SchemaCommand.class,
            MapCommand.class,
            ReloadCommand.class,
            UpgradeCommand.class,
            StatusCommand.class,
            SourcesCommand.class,
            HealthcheckCommand.class,
            DrainCommand.class,
            EnableCommand.class,
            DisableCommand.class,
            WeightCommand.class,
            ForwardCommand.class,
            DemoCommand.class);

    @Option(
            names = {"-V", "--version"},
            description = "Show the version.")
    private boolean version;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The command with this name alone; where there is none, all commands. */
    static List<Class<?>> called(String name) {
        return COMMANDS.stream()
                .filter(command -> command.getAnnotation(Command.class).name().equals(name))
                .findFirst()
                .<List<Class<?>>>map(List::of)
                .orElse(COMMANDS);
    }

    @Override
    public void run() {
        CommandLine command = spec.commandLine();
        if (version) {
            command.getOut().println(Version.line());
            return;
        }
        command.usage(command.getErr());
        throw new CommandLine.ParameterException(command, "a command is needed");
    }
}
