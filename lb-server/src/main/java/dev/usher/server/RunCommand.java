package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.admin.AdminServer;
import dev.usher.admin.Control;
import dev.usher.reload.Reload;
import dev.usher.server.Foreground.Running;
import dev.usher.server.control.TakeOver;
import dev.usher.server.control.Upgrade;
import dev.usher.server.log.AccessLog;
import dev.usher.server.log.ProgramLog;
import dev.usher.server.reload.FileSource;
import dev.usher.server.reload.Reloader;
import dev.usher.server.systemd.ServiceManager;
import dev.usher.server.yaml.ConfigResult;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code usher run}. */
@Command(
        name = "run",
        description = "Run usher in the foreground.",
        footer = {
            "",
            "SIGTERM and SIGINT drain: no new connections, open ones may finish within",
            "shutdown.drain. A second signal ends at once. SIGUSR1 reopens the access log.",
            "SIGHUP reloads the configuration, and so does a change of its files, unless",
            "reload.watch is false. An invalid configuration changes nothing.",
            "The access log goes to stdout or to a file, all other output to stderr.",
            "",
            "Exit codes: 0 ended as asked, also where shutdown.drain cut sessions;",
            "1 failed, or a second signal cut the drain short; 2 wrong usage;",
            "78 invalid configuration.",
        })
final class RunCommand implements Callable<Integer> {
    @Mixin
    private ConfigArgument argument = new ConfigArgument();

    @Option(
            names = "--take-over",
            description =
                    "Take over from the usher that serves FILE: this process gets its sockets, and that one finishes its sessions.")
    private boolean takeOver;

    @Option(names = "--pid", paramLabel = "N", description = "With --take-over: the process, if several serve FILE.")
    private @Nullable Long pid;

    /** Null for a command line without picocli. */
    @Spec
    private @Nullable CommandSpec spec;

    private List<String> arguments = List.of();

    RunCommand() {}

    /** {@code usher run FILE}. */
    RunCommand(Path file, List<String> arguments) {
        this.argument = new ConfigArgument(file);
        this.arguments = arguments;
    }

    @Override
    public Integer call() throws InterruptedException {
        HangUp hangUp = HangUp.install(); // first: unhandled, a SIGHUP ends the process
        if (!takeOver) {
            return run(hangUp, null);
        }
        try (ServingPredecessor taken = ServingPredecessor.of(argument.file(), pid)) {
            return run(hangUp, taken);
        } catch (AdminFault fault) {
            return fault.tell(Terminal.err(spec));
        }
    }

    private int run(HangUp hangUp, @Nullable ServingPredecessor taken) throws InterruptedException {
        Consumer<String> faults = taken == null ? _ -> {} : taken::step;
        ConfigResult.Valid read = argument.readWhole(Terminal.err(spec), true, faults);
        if (read == null) {
            return ExitCode.BAD_CONFIG;
        }
        if (taken != null) {
            taken.step("the configuration is valid: " + Summary.of(read.config()));
        }
        ProgramLog.apply(read.config().logging());
        try {
            Discovery discovery = new Discovery(argument.file());
            Foreground foreground = new Foreground(discovery.start(read), StopSignals.install());
            foreground.succeed(taken == null ? () -> DrainingPredecessor.of(argument.file()) : taken::takeSockets);
            return foreground.run(running -> {
                reload(read, discovery, running, hangUp, foreground);
                StartLines.write(running);
            });
        } finally {
            ProgramLog.close();
        }
    }

    /** Follows changes of the configuration until the drain; keeps run file and control socket until the end. */
    private void reload(
            ConfigResult.Valid read, Discovery discovery, Running running, HangUp hangUp, Foreground foreground) {
        LoadBalancer balancer = running.balancer();
        AdminServer admin = running.admin();
        Reloader reloader = new Reloader(argument.file(), read, balancer, discovery);
        if (admin != null) {
            reloader.tell(reload -> {
                if (reload.result() != Reload.Result.REFUSED) {
                    admin.follow(balancer.looks().config().admin());
                }
            });
        }
        reloader.tell(
                _ -> ProgramLog.setLevel(balancer.looks().config().logging().level()));
        reloader.follow(next -> {
            AccessLog.Change change = running.access().prepare(next.logging().access());
            return new Reloader.Change(change::commit, change::cancel);
        });
        reloader.tell(reload -> {
            if (reload.result() == Reload.Result.APPLIED) {
                discovery.follow(balancer.looks().config());
            }
        });
        ServiceManager manager = foreground.manager();
        reloader.surround(manager::reloading, manager::reloaded);
        reloader.tell(reload -> manager.remark(
                reload.result() == Reload.Result.REFUSED ? "the last reload was refused, see the log" : ""));
        Control control = running.show(new FileSource(argument.file(), balancer, reloader));
        TakeOver over = new TakeOver(new Giving(argument.file(), running, foreground));
        Upgrade upgrade = new Upgrade(over, new Relaunch(argument.file(), arguments()));
        Presence presence =
                Presence.of(argument.file(), running, control, foreground.handover(), List.of(over, upgrade));
        foreground.atEnd(presence::close);
        reloader.start();
        discovery.begin(balancer, reloader);
        hangUp.goesTo(reloader::onSignal);
        foreground.beforeDrain(() -> {
            discovery.close();
            reloader.close();
            over.close();
            presence.drains();
        });
    }

    /** The arguments of this process. */
    private List<String> arguments() {
        return spec == null
                ? arguments
                : spec.root().commandLine().getParseResult().originalArgs();
    }
}
