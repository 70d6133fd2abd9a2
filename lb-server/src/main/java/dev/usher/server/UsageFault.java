package dev.usher.server;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in our words, with what may have been meant. */
final class UsageFault {
    private UsageFault() {}

    static String text(ParameterException fault, String[] args) {
        CommandLine command = fault.getCommandLine();
        Optional<String> unknownOption = unknownOption(command.getCommandSpec(), args);
        if (unknownOption.isPresent()) { // said before what is missing: it may be why that is missing
            return "there is no option \"" + unknownOption.get() + '"'
                    + meant(
                            unknownOption.get(),
                            command.getCommandSpec().optionsMap().keySet());
        }
        if (!(fault instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            return String.valueOf(fault.getMessage());
        }
        String first = unmatched.getUnmatched().getFirst();
        if (command.getSubcommands().isEmpty()) {
            return "\"" + first + "\" is one argument too many";
        }
        return "there is no command \"" + first + '"'
                + meant(first, command.getSubcommands().keySet());
    }

    private static Optional<String> unknownOption(CommandSpec command, String[] args) {
        return Arrays.stream(args)
                .takeWhile(argument -> !argument.equals("--"))
                .filter(argument -> argument.startsWith("--"))
                .map(argument -> argument.replaceFirst("=.*", ""))
                .filter(option -> command.findOption(option) == null && !isOfAnotherCommand(command, option))
                .findFirst();
    }

    /** In {@code usher --version rnu} the option is right and belongs to usher itself. */
    private static boolean isOfAnotherCommand(CommandSpec command, String option) {
        CommandSpec parent = command.parent();
        return parent != null && parent.findOption(option) != null;
    }

    private static String meant(String written, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> isNear(written, candidate))
                .findFirst()
                .map(candidate -> "; did you mean \"" + candidate + "\"?")
                .orElse("");
    }

    /** Whether one letter is added, missing or wrong, two neighbours are swapped, or the end is missing. */
    static boolean isNear(String written, String candidate) {
        int shorter = Math.min(written.length(), candidate.length());
        int start = 0;
        while (start < shorter && written.charAt(start) == candidate.charAt(start)) {
            start++;
        }
        int end = 0;
        while (end < shorter - start
                && written.charAt(written.length() - 1 - end) == candidate.charAt(candidate.length() - 1 - end)) {
            end++;
        }
        String wrong = written.substring(start, written.length() - end);
        String right = candidate.substring(start, candidate.length() - end);
        boolean swapped = right.length() == 2
                && wrong.equals(new StringBuilder(right).reverse().toString());
        boolean begun = written.length() >= 2 && candidate.startsWith(written);
        return swapped || begun || (wrong.length() <= 1 && right.length() <= 1);
    }
}
