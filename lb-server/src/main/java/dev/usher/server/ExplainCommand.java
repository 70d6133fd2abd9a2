package dev.usher.server;

import dev.usher.LoadBalancer;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.ListenerType;
import dev.usher.config.UsherConfig;
import dev.usher.route.Asked;
import dev.usher.tls.ServerName;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher explain}. */
@Command(
        name = "explain",
        description = "Say where a server name goes under a configuration, and why.",
        footer = {
            "",
            "Exit codes: 0 a route serves the name, 3 default_route serves it,",
            "4 it is refused, 1 not a valid configuration, 2 wrong usage.",
        })
final class ExplainCommand implements Callable<Integer> {
    @Mixin
    private ConfigArgument argument = new ConfigArgument();

    @Parameters(index = "1", paramLabel = "NAME", description = "The server name that a client asks for.")
    private String name = "";

    @Option(
            names = "--alpn",
            paramLabel = "A",
            split = ",",
            description = {"The protocols that the client offers,", "as h2,http/1.1 (default: none)."})
    private List<String> alpn = List.of();

    @Option(
            names = "--client",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "Where the client comes from (default: 127.0.0.1).")
    private String client = "127.0.0.1";

    @Option(
            names = "--listener",
            paramLabel = "L",
            description = "The listener that the client comes to (default: the first of type tls).")
    private @Nullable String listener;

    @Option(names = "--live", description = "Ask the running usher that serves FILE, which knows its backends' states.")
    private boolean live;

    @Mixin
    private AdminOptions running = new AdminOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        ServerName serverName = serverName();
        InetAddress from = client();
        PrintWriter out = spec.commandLine().getOut();
        if (live) {
            return askRunning(out);
        }
        UsherConfig config = argument.read(spec.commandLine().getErr(), false);
        if (config == null) {
            return ExitCode.FAILED;
        }
        ListenerConfig asked = listener(config);
        ExplanationText text = new ExplanationText(config, asked);
        if (asked.type() == ListenerType.TCP) {
            out.print(text.ofTcp());
            out.flush();
            return ExitCode.OK;
        }
        Asked question = new Asked(asked.name(), serverName, alpn, from);
        ExplanationText.Answer answer = text.of(question, LoadBalancer.explain(config, question));
        out.print(answer.text());
        out.flush();
        return answer.exitCode();
    }

    private int askRunning(PrintWriter out) throws InterruptedException {
        try (AdminClient asked = running.clientFor(argument.file())) {
            LiveExplanation explanation = LiveExplanation.ask(asked, name, alpn, client, listener);
            out.print(explanation.text());
            out.flush();
            return explanation.exitCode();
        } catch (AdminFault fault) {
            return fault.tell(spec.commandLine().getErr());
        }
    }

    private ServerName serverName() {
        try {
            return ServerName.of(name);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private InetAddress client() {
        byte[] address = IpAddress.parse(client);
        if (address == null) {
            throw usage("--client: \"" + client + "\" is not an IP address");
        }
        try {
            return InetAddress.getByAddress(address);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of 4 or 16 bytes is one", e);
        }
    }

    private ListenerConfig listener(UsherConfig config) {
        if (listener == null) {
            return config.listeners().values().stream()
                    .filter(each -> each.type() == ListenerType.TLS)
                    .findFirst()
                    .orElseGet(() -> config.listeners().values().iterator().next());
        }
        ListenerConfig named = config.listeners().get(listener);
        if (named == null) {
            throw usage("--listener: there is no listener \"" + listener + "\", the file has "
                    + String.join(", ", config.listeners().keySet()));
        }
        return named;
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
