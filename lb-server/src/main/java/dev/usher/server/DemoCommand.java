package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.admin.AdminServer;
import dev.usher.admin.Control;
import dev.usher.config.HostPort;
import dev.usher.config.Printable;
import dev.usher.config.UsherConfig;
import dev.usher.server.demo.Demo;
import dev.usher.server.log.ProgramLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code usher demo}. */
@Command(
        name = "demo",
        description = "Show usher at work: two HTTPS domains, three backends, port 80, and curl lines.",
        footer = {"", "Needs nothing but a JDK, and leaves nothing behind.", "Exit codes: 0 ended, 1 failed."})
final class DemoCommand implements Callable<Integer> {
    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8443",
            description = "The port to listen on (default: 8443).")
    private int port = 8443;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "The port from where plain HTTP is sent to https (default: 8080).")
    private int httpPort = 8080;

    @Option(
            names = "--bind",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "The address to listen on (default: 127.0.0.1).")
    private String bind = "127.0.0.1";

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            defaultValue = "9000",
            description = "The port of the dashboard, on 127.0.0.1 (default: 9000).")
    private int adminPort = 9000;

    @Option(names = "--no-traffic", description = "Send no traffic: all sessions are yours.")
    private boolean noTraffic;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        HostPort listen = listen(port, "--port");
        HostPort http = listen(httpPort, "--http-port");
        HostPort admin = admin();
        StopSignals stops = StopSignals.install(); // before the first file that must be removed
        stops.add("HUP");
        if (isBusy(listen, "--port") || isBusy(http, "--http-port") || isBusy(admin, "--admin-port")) {
            return ExitCode.FAILED;
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println("Making keys and certificates ...");
        out.flush();
        int exitCode = show(listen, http, admin, stops);
        if (stops.asked() && exitCode == ExitCode.OK) {
            out.println();
            out.println("The demo has ended and left nothing behind.");
            out.flush();
        }
        return exitCode;
    }

    private int show(HostPort listen, HostPort http, HostPort admin, StopSignals stops) throws InterruptedException {
        try (Demo demo = Demo.start()) {
            return stops.asked() ? ExitCode.OK : serve(demo, demo.config(listen, http, admin, !noTraffic), stops);
        } catch (IOException | GeneralSecurityException e) {
            if (stops.asked()) {
                return ExitCode.OK; // Ctrl-C ended keytool as well
            }
            say("the demo failed: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private int serve(Demo demo, UsherConfig config, StopSignals stops) throws InterruptedException {
        ProgramLog.apply(config.logging());
        ProgramLog.showEvents();
        try {
            Foreground foreground = new Foreground(config, stops);
            foreground.leaveOut(Demo.VISITORS);
            return foreground.run(running -> {
                LoadBalancer balancer = running.balancer();
                Control control = running.show(new NoFiles(balancer));
                InetSocketAddress bound = bound(balancer, Demo.LISTENER);
                AdminServer admin = Objects.requireNonNull(running.admin(), "a demo has one");
                String dashboard = admin.url();
                Presence presence = Presence.of(null, running, control, foreground.handover(), List.of());
                Runnable visitors = noTraffic ? () -> {} : demo.begin(bound(balancer, Demo.VISITORS));
                foreground.atEnd(presence::close);
                foreground.beforeDrain(() -> {
                    presence.drains();
                    visitors.run();
                });
                PrintWriter out = spec.commandLine().getOut();
                HostPort web = Summary.of(bound(balancer, Demo.HTTP));
                out.print(demo.text(Summary.of(bound), web, dashboard, !noTraffic));
                out.flush();
            });
        } finally {
            ProgramLog.close();
        }
    }

    private static InetSocketAddress bound(LoadBalancer balancer, String listener) {
        return balancer.looks().addresses().getOrDefault(listener, List.of()).getFirst();
    }

    private HostPort listen(int number, String option) {
        try {
            return HostPort.parseBind((bind.indexOf(':') >= 0 ? "[" + bind + "]" : bind) + ":" + number);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--bind, " + option + ": " + e.getMessage(), e);
        }
    }

    private HostPort admin() {
        try {
            return HostPort.parseBind("127.0.0.1:" + adminPort);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--admin-port: " + e.getMessage(), e);
        }
    }

    /** Tests the address before a second is spent on keys. */
    private boolean isBusy(HostPort listen, String option) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(listen.host(), listen.port()));
            return false;
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            say("the demo cannot listen on " + listen + ": " + message
                    + (message.contains("in use")
                            ? "; take another port, as: usher demo " + option + " " + (listen.port() + 1)
                            : "; choose with --bind, --port, --http-port and --admin-port"));
            return true;
        }
    }

    private void say(String message) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("usher: " + Printable.of(message));
        err.flush();
    }
}
