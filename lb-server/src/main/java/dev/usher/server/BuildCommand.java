package dev.usher.server;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code usher build}, which the launcher does before Java starts: here for the list of commands alone. */
@Command(name = "build", description = "Build usher from its source; with DIRECTORY, also install it there.")
final class BuildCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "DIRECTORY", description = "Directory for the complete installation.")
    private String directory = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** True if the launcher has started this process. */
    static boolean isOffered() {
        return Boolean.getBoolean("usher.launcher");
    }

    @Override
    public Integer call() {
        spec.commandLine().getErr().println("usher: build first: the launcher has usher build " + directory);
        return ExitCode.USAGE;
    }
}
