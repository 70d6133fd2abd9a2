package dev.usher.server;

import dev.usher.config.Printable;
import dev.usher.config.Units;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code usher sources}. */
@Command(
        name = "sources",
        description = "Show what brings names and backends beside the file of a running usher.",
        footer = {
            "",
            "An answer without names, or without more than half of the names before, waits:",
            "the answer before stays in force until somebody confirms the new one.",
            "Exit codes: 0 all is well, 1 a source fails or waits, or nothing was confirmed,",
            "2 wrong usage.",
        })
final class SourcesCommand extends AdminCommand {
    private static final String SOURCES = "/api/v1/sources";

    @Option(names = "--json", description = "Print the API's answer, for programs.")
    private boolean json;

    @Option(names = "--confirm", paramLabel = "NAME", description = "Have the waiting answer of a source hold.")
    private @Nullable String confirmed;

    @Override
    int ask(UsherClient client, PrintWriter out) throws AdminFault, InterruptedException {
        String name = confirmed;
        if (name != null) {
            print(client.post(SOURCES + "/" + part(name) + "/confirm"), out);
            return ExitCode.OK;
        }
        JsonNode sources = client.get(SOURCES).path("sources");
        if (json) {
            out.println(client.exact(SOURCES));
        } else if (sources.isEmpty()) {
            out.println("the configuration has no sources");
        } else {
            sources.forEach(source -> print(source, out));
        }
        for (JsonNode source : sources) {
            String state = source.path("state").asString();
            if (state.equals("failing") || state.equals("waiting")) {
                return ExitCode.FAILED;
            }
        }
        return ExitCode.OK;
    }

    private static void print(JsonNode source, PrintWriter out) {
        JsonNode answered = source.path("answered_at");
        String text = source.path("text").asString();
        out.println(Printable.of(source.path("name").asString()) + " ("
                + source.path("type").asString() + "): " + source.path("state").asString()
                + (text.isEmpty() ? "" : ", " + Printable.of(text)));
        out.println("  in force: "
                + Units.counted(source.path("names").asLong(), "name") + " and "
                + Units.counted(source.path("backends").asLong(), "backend")
                + (answered.isNull()
                        ? ""
                        : ", since " + Instant.parse(answered.asString()).truncatedTo(ChronoUnit.SECONDS)));
        source.path("left_out").forEach(part -> out.println("  left out: " + Printable.of(part.asString())));
    }
}
