package dev.usher.server;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks a running usher. */
abstract class AdminCommand implements Callable<Integer> {
    @Mixin
    private AdminOptions options = new AdminOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Asks, prints the result, and returns the exit code. */
    abstract int ask(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException;

    @Override
    public final Integer call() throws InterruptedException {
        try (UsherClient client = options.client()) {
            PrintWriter out = spec.commandLine().getOut();
            int exitCode = ask(client, out);
            out.flush();
            return exitCode;
        } catch (AdminFault fault) {
            fault.tell(spec.commandLine().getErr());
            return unanswered();
        }
    }

    /** The exit code after a failed request. */
    int unanswered() {
        return ExitCode.FAILED;
    }

    /** The text encoded as a segment of a path. */
    static String part(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
