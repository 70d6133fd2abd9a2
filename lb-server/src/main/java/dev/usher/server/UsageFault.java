package dev.usher.server;

import dev.usher.server.yaml.Suggestion;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Explains a faulty command line in usher's own words, with a suggestion. */
final class UsageFault {
    private UsageFault() {}

    static String text(ParameterException fault, String[] args) {
        CommandLine command = fault.getCommandLine();
        Optional<String> unknownOption = unknownOption(command.getCommandSpec(), args);
        if (unknownOption.isPresent()) { // first: it may be why an argument seems missing
            return "there is no option \"" + unknownOption.get() + '"'
                    + Suggestion.text(
                            unknownOption.get(),
                            command.getCommandSpec().optionsMap().keySet());
        }
        if (!(fault instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return String.valueOf(fault.getMessage()).replaceAll(" is not an? (int|long)$", " is not a whole number");
        }
        String first = unmatched.getUnmatched().getFirst();
        if (command.getSubcommands().isEmpty()) {
            return "\"" + first + "\" is one argument too many";
        }
        return "there is no command \"" + first + '"'
                + Suggestion.text(first, command.getSubcommands().keySet());
    }

    private static Optional<String> unknownOption(CommandSpec command, String[] args) {
        return Arrays.stream(args)
                .takeWhile(argument -> !argument.equals("--"))
                .filter(argument -> argument.startsWith("--"))
                .map(argument -> argument.replaceFirst("=.*", ""))
                .filter(option -> command.findOption(option) == null && !isOfAnotherCommand(command, option))
                .findFirst();
    }

    /** True for a parent's option: in {@code usher --version rnu} the option is right and belongs to usher itself. */
    private static boolean isOfAnotherCommand(CommandSpec command, String option) {
        CommandSpec parent = command.parent();
        return parent != null && parent.findOption(option) != null;
    }
}
