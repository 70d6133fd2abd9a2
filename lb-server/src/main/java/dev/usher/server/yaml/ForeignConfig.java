package dev.usher.server.yaml;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of another program, given in place of usher's own.
 *
 * @param program name of the other program
 * @param mark a line that this program's configurations have, and usher's do not
 */
public record ForeignConfig(String program, Pattern mark) {
    /** A mark stands near the beginning, so only the head of a large file is searched. */
    private static final int SEARCHED_CHARS = 16 * 1024;

    /** The programs that {@code usher convert} knows. */
    private static final Set<String> CONVERTED = Set.of("HAProxy", "nginx", "sniproxy", "Traefik");

    private static final List<ForeignConfig> ALL = List.of(
            of("HAProxy", "(?:global|defaults|(?:frontend|backend|listen)[ \\t]+[\\w.:-]+)[ \\t]*(?:#.*)?"),
            of("nginx", "[ \\t]*(?:(?:stream|http|events|server)[ \\t]*|upstream[ \\t]+[\\w.-]+[ \\t]*)\\{.*"),
            of("sniproxy", "[ \\t]*(?:listen(?:er)?[ \\t]+\\S+|table[ \\t]*\\S*|resolver)[ \\t]*\\{.*"),
            of(
                    "Traefik",
                    "(?:(?:entryPoints|providers|certificatesResolvers)[ \\t]*:.*|\\[(?:entryPoints|tcp|http|providers)[\\w.]*\\][ \\t]*)"),
            of("Envoy", "(?:static_resources|dynamic_resources)[ \\t]*:.*"));

    private static ForeignConfig of(String program, String line) {
        return new ForeignConfig(program, Pattern.compile("(?m)^" + line + "$"));
    }

    /** The other program that a text is a configuration of. */
    public static Optional<String> programOf(String text) {
        String head = head(text);
        return ALL.stream()
                .filter(each -> each.mark.matcher(head).find())
                .map(ForeignConfig::program)
                .findFirst();
    }

    private static String head(String text) {
        return text.substring(0, Math.min(text.length(), SEARCHED_CHARS));
    }

    /** Notes the line with a mark of another program. False if no mark is found. */
    static boolean isNoted(Source source, String text, Problems problems) {
        String head = head(text);
        for (ForeignConfig each : ALL) {
            Place place = each.markIn(source, head);
            if (place != null) {
                problems.error(
                        place,
                        "this looks like a configuration of " + each.program
                                + ": usher needs YAML of its own, with keys such as routes:",
                        CONVERTED.contains(each.program)
                                ? "usher convert " + source.name() + " writes usher's YAML, with what usher takes over"
                                : "the smallest file is a line \"routes:\" and, indented below it, "
                                        + "lines such as \"www.example.com: 10.0.0.11:443\"");
                return true;
            }
        }
        return false;
    }

    private @Nullable Place markIn(Source source, String text) {
        Matcher found = mark.matcher(text);
        if (!found.find()) {
            return null;
        }
        int line = (int) text.substring(0, found.start()).lines().count() + 1;
        return new Place(source, line, 1, 1);
    }
}
