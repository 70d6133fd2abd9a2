package dev.usher.server;

import dev.usher.config.Printable;
import dev.usher.server.log.PrintableThrown;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;

/** The program's entry point. */
public final class Main {
    private Main() {}

    /** Runs the command line, and ends the process with the command's exit code. */
    public static void main(String[] args) {
        if (args.length == 1 && (args[0].equals("--version") || args[0].equals("-V"))) {
            System.out.println(Version.line()); // without the classes of the command line, for scripts that ask often
            return;
        }
        System.exit(execute(args));
    }

    /** Runs the command line, and returns the exit code. */
    static int execute(String[] args) {
        Thread.setDefaultUncaughtExceptionHandler(Main::reportDeath);
        return commandLine(args).execute(args);
    }

    /** The commands, with usher's own messages for faulty arguments. */
    static CommandLine commandLine() {
        return commandLine(new String[0]);
    }

    /**
     * The commands that these arguments need. picocli finds the options of a command by reflection, and all commands would
     * be half of the time of a short command.
     */
    static CommandLine commandLine(String[] args) {
        CommandLine commands = new CommandLine(new UsherCommand());
        List<Class<?>> called = UsherCommand.called(args.length == 0 ? "" : args[0]);
        called.forEach(commands::addSubcommand);
        boolean all = called.size() > 1;
        if (all && BuildCommand.isOffered()) {
            commands.addSubcommand(new BuildCommand());
        }
        commands.addMixin("help", new HelpOption());
        commands.getSubcommands().values().forEach(command -> command.addMixin("help", new HelpOption()));
        if (all) {
            commands.addSubcommand(helpCommand());
        }
        commands.setColorScheme(colours(Terminal.STDOUT));
        commands.setParameterExceptionHandler(Main::explainUsage);
        commands.setExecutionExceptionHandler(Main::reportBug);
        return commands;
    }

    private static CommandLine helpCommand() {
        CommandLine help = new CommandLine(new CommandLine.HelpCommand());
        help.getCommandSpec().usageMessage().description("Show the help of a command.");
        return help;
    }

    private static CommandLine.Help.ColorScheme colours(int descriptor) {
        return CommandLine.Help.defaultColorScheme(Terminal.hasColour(descriptor) ? Ansi.ON : Ansi.OFF);
    }

    private static int explainUsage(ParameterException fault, String[] args) {
        CommandLine command = fault.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("usher: " + Printable.of(UsageFault.text(fault, args)));
        err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
        return ExitCode.USAGE;
    }

    /** The JVM's own report of a thread's end writes messages unescaped. */
    private static void reportDeath(Thread thread, Throwable fault) {
        LoggerFactory.getLogger(Main.class).error("a bug in usher: thread {} has ended", thread.getName(), fault);
    }

    private static int reportBug(Exception fault, CommandLine command, CommandLine.ParseResult parsed) {
        command.getErr().println("usher: this is a bug in usher; please report it with the lines below");
        command.getErr().print(PrintableThrown.text(fault));
        command.getErr().flush(); // which println does, and print does not
        return ExitCode.FAILED;
    }
}
