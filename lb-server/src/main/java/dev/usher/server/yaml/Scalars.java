package dev.usher.server.yaml;

import java.util.List;
import java.util.Set;

/** Single values without a unit: numbers, flags and words. Parsers throw {@link IllegalArgumentException} with advice. */
final class Scalars {
    private static final Set<String> YES = Set.of("yes", "on", "y", "True", "TRUE", "Yes", "On", "YES", "ON", "1");
    private static final Set<String> NO = Set.of("no", "off", "n", "False", "FALSE", "No", "Off", "NO", "OFF", "0");

    private Scalars() {}

    static Long wholeNumber(String text) {
        if (!text.matches("-?[0-9]{1,18}")) {
            throw new IllegalArgumentException('"' + text + "\" is not a whole number");
        }
        if (text.matches("-?0[0-9]+")) {
            throw new IllegalArgumentException(
                    '"' + text + "\" has a leading zero, which some tools read as octal: leave it out");
        }
        return Long.valueOf(text);
    }

    static Boolean trueOrFalse(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> {
                String hint = YES.contains(text) ? ": write true" : NO.contains(text) ? ": write false" : "";
                throw new IllegalArgumentException('"' + text + "\" is not true or false" + hint);
            }
        };
    }

    /** For example {@code tcp, tls or http}. */
    static String oneOf(List<String> words) {
        return words.size() == 1
                ? words.getFirst()
                : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
    }
}
