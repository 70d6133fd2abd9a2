package dev.usher.server;

import dev.usher.config.Printable;
import dev.usher.server.log.PrintableThrown;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        Callable<Integer> plain = plain(args);
        return plain == null ? commandLine(args).execute(args) : call(plain);
    }

    /** {@code run FILE} and {@code check FILE}, without picocli: a fifth of the time. Null for any other command line. */
    private static @Nullable Callable<Integer> plain(String[] args) {
        if (args.length != 2 || args[1].isEmpty() || args[1].startsWith("-") || args[1].startsWith("@")) {
            return null;
        }
        try {
            Path file = Path.of(args[1]);
            return switch (args[0]) {
                case "run" -> new RunCommand(file, List.of(args));
                case "check" -> new CheckCommand(file);
                default -> null;
            };
        } catch (InvalidPathException noPath) {
            return null; // picocli says why
        }
    }

    private static int call(Callable<Integer> command) {
        try {
            return command.call();
        } catch (Exception bug) {
            return reportBug(bug, Terminal.err());
        }
    }

    /** The commands, with usher's own messages for faulty arguments. */
    static CommandLine commandLine() {
        return commandLine(new String[0]);
    }

    /**
     * The commands of these arguments. picocli finds the options of a command by reflection, and all commands would
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
        return reportBug(fault, command.getErr());
    }

    private static int reportBug(Exception fault, PrintWriter err) {
        err.println("usher: this is a bug in usher; please report it with the lines below");
        err.print(PrintableThrown.text(fault));
        err.flush(); // which println does, and print does not
        return ExitCode.FAILED;
    }
}
