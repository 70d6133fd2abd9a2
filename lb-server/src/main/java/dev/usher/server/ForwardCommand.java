package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.config.LoggingConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig;
import dev.usher.config.LoggingConfig.AccessLogConfig.Output;
import dev.usher.config.LoggingConfig.Level;
import dev.usher.config.UsherConfig;
import dev.usher.server.log.ProgramLog;
import java.io.PrintWriter;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher forward}. */
@Command(
        name = "forward",
        description = "Forward TCP connections to one address. Needs no file.",
        footer = {
            "",
            "Example: usher forward 127.0.0.1:11000 localhost:6379",
            "Exit codes: 0 ended as asked, 1 failed, 2 wrong usage.",
        })
final class ForwardCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "LISTEN", description = "[HOST]:PORT, or PORT alone, to listen on.")
    private String listen = "";

    @Parameters(index = "1", paramLabel = "TARGET", description = "HOST:PORT to connect to.")
    private String target = "";

    @Option(names = "--access-log", description = "Write a line of JSON to stdout for each connection.")
    private boolean accessLog;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        UsherConfig config = config();
        ProgramLog.apply(config.logging());
        try {
            StopSignals stops = StopSignals.install();
            stops.add("HUP");
            return new Foreground(config, stops).run(running -> announce(running.balancer()));
        } finally {
            ProgramLog.close();
        }
    }

    private UsherConfig config() {
        try {
            return ForwardConfig.of(listen, target).withLogging(logging());
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private LoggingConfig logging() {
        AccessLogConfig standard = AccessLogConfig.DEFAULT;
        return new LoggingConfig(
                Level.WARN,
                LoggingConfig.Format.TEXT,
                new AccessLogConfig(
                        accessLog ? Output.STDOUT : Output.NONE,
                        null,
                        standard.format(),
                        standard.sampleOkPercent(),
                        standard.clientIp(),
                        standard.empty()));
    }

    private void announce(LoadBalancer balancer) {
        PrintWriter err = spec.commandLine().getErr();
        String from = Summary.of(balancer.looks().listening().values().stream()
                .flatMap(List<SocketAddress>::stream)
                .toList());
        err.println("usher: forwarding " + from + " to " + target + "; Ctrl-C ends it");
        err.flush();
    }
}
