package dev.usher.config;

import java.util.List;

/**
 * A program whose output has routes and pools.
 *
 * @param command the program by its absolute path, then its arguments; no shell reads them
 */
public record ExecSource(List<String> command) implements SourceKind {
    /** Far below the limit of the kernel, and over any command line of a person. */
    private static final IntRange LENGTH = new IntRange(1, 256);

    public ExecSource {
        command = Check.notEmpty(command, "command");
        LENGTH.check(command.size(), "length of command");
        String program = command.getFirst();
        Check.that(
                program.startsWith("/"),
                () -> "command begins with the absolute path of a program, was \"" + program
                        + "\": no shell looks for it");
        command.forEach(each -> Check.that(each.indexOf(0) < 0, "command must not have a zero byte"));
    }

    @Override
    public SourceType type() {
        return SourceType.EXEC;
    }
}
