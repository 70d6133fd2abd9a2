package dev.usher.server;

import dev.usher.admin.Control;
import dev.usher.config.Printable;
import dev.usher.config.Units;
import dev.usher.server.control.ControlClient;
import dev.usher.server.reload.RunningUsher;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher upgrade}. */
@Command(
        name = "upgrade",
        description = "Replace a running usher by the installed version, without a lost connection.",
        footer = {
            "",
            "The running process starts the new one, which reads the configuration, probes",
            "the backends, and takes over the listening sockets. Then the old process",
            "finishes its sessions, within shutdown.drain. If the new process fails, the",
            "old one goes on as before. For the user that usher runs as, and for root.",
            "Exit codes: 0 the new process serves, 1 refused, failed or not found;",
            "2 wrong usage.",
        })
final class UpgradeCommand implements Callable<Integer> {
    private static final int OK = 200;
    private static final int NOT_KNOWN = 404;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The configuration that usher runs with (default: that of the only usher here).")
    private @Nullable Path file;

    @Option(names = "--pid", paramLabel = "N", description = "The process id, if several run here.")
    private @Nullable Long pid;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try {
            FindRunning find = new FindRunning(file, pid);
            RunningUsher found = find.one("--pid");
            if (found == null) {
                throw find.nothingFound("start one with usher run");
            }
            return upgrade(found);
        } catch (AdminFault fault) {
            return fault.tell(spec.commandLine().getErr());
        }
    }

    private int upgrade(RunningUsher found) throws AdminFault {
        long began = System.nanoTime();
        try (ControlClient client = found.connect()) {
            print("process " + found.state().pid() + " serves " + found.state().config());
            Control.Reply last = client.upgrade(this::print);
            if (last.status() == OK) {
                print(ControlClient.detail(last));
                print("done in " + Units.text(Duration.ofMillis((System.nanoTime() - began) / 1_000_000)));
                return ExitCode.OK;
            }
            throw new AdminFault(
                    last.status() == NOT_KNOWN
                            ? "process " + found.state().pid()
                                    + " cannot be upgraded in place: it is of a version before usher upgrade, or has no"
                                    + " configuration file; restart it"
                            : ControlClient.detail(last));
        } catch (IOException e) {
            throw new AdminFault("process " + found.state().pid() + ": " + e.getMessage());
        }
    }

    private void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        text.lines().map(Printable::of).forEach(out::println);
        out.flush();
    }
}
