package dev.usher.server;

import dev.usher.ConfigDiff;
import dev.usher.config.Printable;
import dev.usher.config.UsherConfig;
import dev.usher.server.reload.RunFile;
import dev.usher.server.reload.RunState;
import dev.usher.server.reload.RunningUsher;
import dev.usher.server.yaml.ConfigResult;
import dev.usher.server.yaml.DiagnosticText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher reload}. */
@Command(
        name = "reload",
        description = "Make a running usher load its changed configuration.",
        footer = {
            "",
            "The file is checked first, with the environment of the running process where",
            "that can be read. One that is not valid is not sent. What changes is printed.",
            "Exit codes: 0 in force, 1 refused or not found, 2 wrong usage.",
        })
final class ReloadCommand implements Callable<Integer> {
    /** Longer than names of new backends are waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The configuration that usher runs with (default: that of the only usher here).")
    private @Nullable Path file;

    @Option(names = "--pid", paramLabel = "N", description = "The process id, if several run with one file.")
    private @Nullable Long pid;

    @Option(names = "--dry-run", description = "Print what would change, and change nothing.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        RunningUsher running = find();
        if (running == null) {
            return ExitCode.FAILED;
        }
        if (running.state().config() == null) {
            say("usher: process " + running.state().pid() + " is a demo: it has no file to read again");
            return ExitCode.FAILED;
        }
        try {
            return reload(running);
        } catch (IOException e) {
            say("usher: process " + running.state().pid() + ": " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    // ---- which ----

    private @Nullable RunningUsher find() {
        FindRunning find = new FindRunning(file, pid);
        try {
            RunFile.Found found = find.one("FILE or --pid");
            if (found == null) {
                say("usher: " + find.nothingFound("usher run FILE starts one").getMessage());
                return null;
            }
            return new RunningUsher(found);
        } catch (AdminFault several) {
            throw new ParameterException(spec.commandLine(), String.valueOf(several.getMessage()), several);
        }
    }

    // ---- what ----

    private int reload(RunningUsher running) throws IOException, InterruptedException {
        UsherConfig inForce = running.inForce();
        ConfigResult result = running.read();
        if (!result.diagnostics().isEmpty()) {
            PrintWriter err = spec.commandLine().getErr();
            err.print(new DiagnosticText(Terminal.hasColour(Terminal.STDERR)).render(result.diagnostics()));
            err.flush();
        }
        return switch (result) {
            case ConfigResult.Invalid _ -> {
                say("usher: nothing was sent: generation " + running.state().generation() + " stays in force");
                yield ExitCode.FAILED;
            }
            case ConfigResult.Valid valid -> {
                ConfigDiff diff = ConfigDiff.between(inForce, valid.config());
                print(diff.isEmpty() && dryRun ? "nothing would change\n" : diff.text());
                yield dryRun ? ExitCode.OK : send(running);
            }
        };
    }

    private int send(RunningUsher running) throws IOException, InterruptedException {
        Optional<RunState.Attempt> answer = running.reload(PATIENCE);
        if (answer.isEmpty()) {
            say("usher: process " + running.state().pid() + " has not answered within " + PATIENCE.toSeconds()
                    + " s; its log may say why");
            return ExitCode.FAILED;
        }
        RunState.Attempt attempt = answer.get();
        return switch (attempt.result()) {
            case "applied" -> {
                print("applied: generation " + attempt.generation() + " is in force\n");
                yield ExitCode.OK;
            }
            case "unchanged" -> {
                print("nothing has changed: still generation " + attempt.generation() + "\n");
                yield ExitCode.OK;
            }
            default -> {
                attempt.text().forEach(this::say);
                say("usher: refused: generation " + attempt.generation() + " stays in force");
                yield ExitCode.FAILED;
            }
        };
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    private void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(Printable.of(line));
        err.flush();
    }
}
