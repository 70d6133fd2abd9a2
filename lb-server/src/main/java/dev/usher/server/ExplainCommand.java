package dev.usher.server;

import dev.usher.Explainer;
import dev.usher.config.IpAddress;
import dev.usher.config.ListenerConfig;
import dev.usher.config.Printable;
import dev.usher.config.UsherConfig;
import dev.usher.http.AcmeChallenge;
import dev.usher.route.RouteQuery;
import dev.usher.route.Typed;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
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
        description = "Show where a server name or a URL goes, and why.",
        footer = {
            "",
            "With a name alone, asks the running usher about its backends.",
            "Exit codes: 0 a route serves or redirects it, 3 default_route serves it,",
            "4 it is refused, 1 invalid configuration or no usher to ask, 2 wrong usage.",
        })
final class ExplainCommand implements Callable<Integer> {
    @Parameters(
            index = "0..1",
            arity = "1..2",
            hideParamSyntax = true,
            paramLabel = "[FILE] NAME",
            description = {
                "The configuration, YAML (default: that of the",
                "running usher), and the server name, or a URL:",
                "http://www.example.com/x asks for type http,",
                "socks://www.example.com:443 for type socks,",
                "connect://www.example.com:443 for type connect."
            })
    private List<String> arguments = List.of();

    @Option(
            names = "--alpn",
            paramLabel = "A",
            split = ",",
            description = {"The protocols that the client offers,", "such as h2,http/1.1 (default: none)."})
    private List<String> alpn = List.of();

    @Option(
            names = "--client",
            paramLabel = "IP",
            defaultValue = "127.0.0.1",
            description = "The client's address (default: 127.0.0.1).")
    private String from = "127.0.0.1";

    @Option(
            names = "--listener",
            paramLabel = "L",
            description = "The client's listener (default: the first for the name or URL).")
    private @Nullable String listener;

    @Option(names = "--live", description = "Ask the running usher that serves FILE.")
    private boolean live;

    @Mixin
    private AdminOptions running = new AdminOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        Path file = file();
        String name = arguments.getLast();
        Typed typed = typed(name);
        InetAddress client = client();
        PrintWriter out = spec.commandLine().getOut();
        if (file == null || live) {
            return askRunning(file, name, out);
        }
        UsherConfig config = new ConfigArgument(file).read(spec.commandLine().getErr(), false);
        if (config == null) {
            return ExitCode.FAILED;
        }
        ListenerConfig asked = listener(config, typed);
        ExplanationText text = new ExplanationText(config, asked);
        if (!asked.type().readsNames()) {
            out.print(text.ofTcp());
            out.flush();
            return ExitCode.OK;
        }
        RouteQuery question = typed.on(asked, alpn, client, AcmeChallenge.isPath(typed.path()));
        ExplanationText.Answer answer = typed.name() == null
                ? text.ofNoName(typed, question)
                : text.of(typed, question, Explainer.explain(config, question));
        out.print(answer.text());
        out.flush();
        return answer.exitCode();
    }

    /** The named file; null if only a name is given. */
    private @Nullable Path file() {
        String first = arguments.getFirst();
        String last = arguments.getLast();
        if (arguments.size() == 2) {
            if (!isFile(first) && isFile(last)) {
                throw usage("the file comes first, then the name: usher explain " + last + " " + first);
            }
            return Path.of(first);
        }
        if (isFile(first)) {
            throw usage("a name is needed: usher explain " + first + " www.example.com");
        }
        if (!first.contains("://") && first.matches(".*(/.*|\\.ya?ml)")) {
            throw usage("there is no file " + first + ", and a name is needed: usher explain FILE www.example.com");
        }
        return null;
    }

    /** True also for a pipe. A directory may be called like a domain, and does not count. */
    private static boolean isFile(String argument) {
        Path path = Path.of(argument);
        return Files.exists(path) && !Files.isDirectory(path);
    }

    private int askRunning(@Nullable Path file, String name, PrintWriter out) throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        UsherClient client;
        try {
            client = running.clientFor(file);
        } catch (AdminFault fault) {
            int exitCode = fault.tell(err);
            if (fault.isNothingFound() && file == null) {
                err.println(Printable.of("Without a running usher, name the file: usher explain FILE " + name));
                err.flush();
            }
            return exitCode;
        }
        try (client) {
            LiveExplanation explanation = LiveExplanation.ask(client, name, alpn, from, listener);
            out.print(explanation.text());
            out.flush();
            return explanation.exitCode();
        } catch (AdminFault fault) {
            return fault.tell(err);
        }
    }

    private Typed typed(String name) {
        try {
            return Typed.parse(name);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private InetAddress client() {
        if (IpAddress.parse(from) == null) {
            throw usage("--client: \"" + from + "\" is not an IP address");
        }
        return InetAddress.ofLiteral(from);
    }

    private ListenerConfig listener(UsherConfig config, Typed typed) {
        ListenerConfig asked = listener == null ? typed.listenerOf(config) : named(listener, config);
        String misfit = typed.misfit(asked);
        if (misfit != null) {
            throw usage(misfit);
        }
        return asked;
    }

    private ListenerConfig named(String listener, UsherConfig config) {
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
