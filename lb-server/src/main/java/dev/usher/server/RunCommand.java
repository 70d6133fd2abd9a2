package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.admin.AdminServer;
import dev.usher.admin.Control;
import dev.usher.reload.Reload;
import dev.usher.server.Foreground.Running;
import dev.usher.server.log.AccessLog;
import dev.usher.server.log.ProgramLog;
import dev.usher.server.reload.FileSource;
import dev.usher.server.reload.Reloader;
import dev.usher.server.systemd.ServiceManager;
import dev.usher.server.yaml.ConfigResult;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        HangUp hangUp = HangUp.install(); // first: unhandled, a SIGHUP ends the process
        ConfigResult.Valid read = argument.readWhole(spec.commandLine().getErr(), true);
        if (read == null) {
            return ExitCode.BAD_CONFIG;
        }
        ProgramLog.apply(read.config().logging());
        try {
            Foreground foreground = new Foreground(read.config(), StopSignals.install());
            foreground.succeed(() -> Predecessor.of(argument.file()));
            return foreground.run(running -> {
                reload(read, running, hangUp, foreground);
                StartLines.write(running);
            });
        } finally {
            ProgramLog.close();
        }
    }

    /** Follows changes of the configuration until the drain; keeps run file and control socket until the end. */
    private void reload(ConfigResult.Valid read, Running running, HangUp hangUp, Foreground foreground) {
        LoadBalancer balancer = running.balancer();
        AdminServer admin = running.admin();
        Reloader reloader = new Reloader(argument.file(), read, balancer);
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
        ServiceManager manager = foreground.manager();
        reloader.surround(manager::reloading, manager::reloaded);
        reloader.tell(reload -> manager.remark(
                reload.result() == Reload.Result.REFUSED ? "the last reload was refused, see the log" : ""));
        Control control = running.show(new FileSource(argument.file(), balancer, reloader));
        Presence presence = Presence.of(argument.file(), running, control, foreground.handover());
        foreground.atEnd(presence::close);
        reloader.start();
        hangUp.goesTo(reloader::onSignal);
        foreground.beforeDrain(() -> {
            reloader.close();
            presence.drains();
        });
    }
}
