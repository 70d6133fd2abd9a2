package dev.usher.server;

import dev.usher.config.Printable;
import dev.usher.config.Units;
import dev.usher.event.Events;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code usher reload}. */
@Command(
        name = "reload",
        description = "Make a running usher load its changed configuration.",
        footer = {
            "",
            "The running process reads its files and checks them, and what changes is",
            "printed. An invalid configuration changes nothing.",
            "Exit codes: 0 in force, 1 refused or not found, 2 wrong usage.",
        })
final class ReloadCommand implements Callable<Integer> {
    private static final int MILLIS = 1000;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The configuration that usher runs with (default: that of the only usher here).")
    private @Nullable Path file;

    @Option(names = "--dry-run", description = "Print what would change, and change nothing.")
    private boolean dryRun;

    @Mixin
    private AdminOptions options = new AdminOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        try (UsherClient client = options.clientFor(file)) {
            return reload(client);
        } catch (AdminFault fault) {
            return fault.tell(spec.commandLine().getErr());
        }
    }

    private int reload(UsherClient client) throws AdminFault, InterruptedException {
        JsonNode attempt = client.post("/api/v1/reload" + (dryRun ? "?dry_run=true" : ""));
        String generation = attempt.path("generation").asString();
        attempt.path("report").forEach(line -> say(line.asString()));
        attempt.path("changes").forEach(line -> print(line.asString()));
        return switch (attempt.path("result").asString()) {
            case "applied" -> {
                if (!dryRun) {
                    print("applied: generation " + generation + " is in force");
                }
                yield ExitCode.OK;
            }
            case "unchanged" -> {
                print(dryRun ? "no changes" : unchanged(client));
                yield ExitCode.OK;
            }
            default -> {
                say("usher: " + (dryRun ? "would be refused" : "refused") + ": generation " + generation
                        + " stays in force");
                yield ExitCode.FAILED;
            }
        };
    }

    /** The message for a reload without changes: the file watch may have been quicker than the user. */
    private static String unchanged(UsherClient client) throws AdminFault, InterruptedException {
        JsonNode config = client.get("/api/v1/status").path("config");
        String generation = config.path("generation").asString();
        Instant since = Instant.parse(config.path("in_force_since").asString());
        Duration age = Duration.between(since, Instant.now());
        return "no changes: the content of the files is in force already, as generation " + generation + " for "
                + Units.text(Duration.ofSeconds(Math.max(0, age.toMillis() / MILLIS))) + " (since "
                + Events.second(since) + ")";
    }

    private void print(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private void say(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(Printable.of(line));
        err.flush();
    }
}
