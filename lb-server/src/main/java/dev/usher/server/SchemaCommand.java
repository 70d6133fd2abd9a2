package dev.usher.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code usher schema}: the JSON Schema that the build has made of the configuration's records. */
@Command(
        name = "schema",
        description = "Print the JSON Schema of the configuration, for editors.",
        footer = {
            "",
            "usher schema > usher.schema.json; then the first line of the YAML file:",
            "# yaml-language-server: $schema=usher.schema.json",
        })
final class SchemaCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text());
        out.flush();
        return ExitCode.OK;
    }

    private static String text() throws IOException {
        try (InputStream in = Objects.requireNonNull(SchemaCommand.class.getResourceAsStream("usher.schema.json"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
