package dev.usher.server;

import dev.usher.config.Printable;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import picocli.CommandLine.Command;

/** {@code usher healthcheck}. */
@Command(
        name = "healthcheck",
        description = "Check whether a running usher is ready, for containers and scripts.",
        footer = {"", "Needs no token.", "Exit codes: 0 ready, 1 not ready or not running."})
final class HealthcheckCommand extends AdminCommand {
    @Override
    int ask(AdminClient client, PrintWriter out) throws AdminFault, InterruptedException {
        HttpResponse<String> answer = client.look("/readyz");
        out.println(Printable.of(answer.body()));
        return answer.statusCode() == 200 ? ExitCode.OK : ExitCode.FAILED;
    }
}
