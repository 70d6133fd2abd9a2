package dev.usher.server;

import dev.usher.server.train.Training;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher train}: for the launcher, and for who builds a package. */
@Command(
        name = "train",
        hidden = true,
        description = "Write the JVM's cache of loaded classes and profiles, for a fast start.",
        footer = {
            "",
            "Runs a usher of its own on the loopback address for about eight seconds, with the options",
            "of this JVM. Use the cache with -XX:AOTCache=FILE, the same JDK and the same options.",
            "Exit codes: 0 written, 1 failed.",
        })
final class TrainCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "The cache to write.")
    private Path file = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        try {
            new Training(file).run();
            return ExitCode.OK;
        } catch (IOException | GeneralSecurityException e) {
            spec.commandLine().getErr().println("usher: the training failed: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }
}
