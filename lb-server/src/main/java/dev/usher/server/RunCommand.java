package dev.usher.server;

import dev.usher.config.UsherConfig;
import dev.usher.server.log.ProgramLog;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code usher run}. */
@Command(
        name = "run",
        description = "Serve as a configuration says, in the foreground.",
        footer = {
            "",
            "SIGTERM and SIGINT drain: no new connections, open ones may finish within",
            "shutdown.drain. A second signal ends at once. SIGUSR1 opens the access log anew.",
            "The access log goes to stdout or to a file, everything else to stderr.",
            "",
            "Exit codes: 0 ended as asked, 1 failed, 2 wrong usage, 78 not a valid configuration.",
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

    @Mixin
    private ConfigArgument argument = new ConfigArgument();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        UsherConfig config = argument.read(spec.commandLine().getErr(), true);
        if (config == null) {
            return ExitCode.BAD_CONFIG;
        }
        ProgramLog.apply(config.logging());
        try {
            StopSignals stops = StopSignals.install();
            Signals.on(
                    "HUP", () -> log.warn("SIGHUP: reload is not supported by this version; restart to apply changes"));
            return new Foreground(config, stops).run(StartLines::write);
        } finally {
            ProgramLog.close();
        }
    }
}
