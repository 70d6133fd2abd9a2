package dev.usher.server;

import dev.usher.config.Printable;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code usher healthcheck}. */
@Command(
        name = "healthcheck",
        description = "Check whether a running usher is ready, for containers and scripts.",
        footer = {"", "Needs no token.", "Exit codes: 0 ready, 1 not ready or not running."})
final class HealthcheckCommand extends AdminCommand {
    @Override
    int ask(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException {
        UsherClient.Said answer = client.look("/readyz");
        out.println(Printable.of(answer.body()));
        return answer.status() == 200 ? ExitCode.OK : ExitCode.FAILED;
    }
}
