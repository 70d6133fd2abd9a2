package dev.usher.server.yaml;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of another program, given in place of usher's own.
 *
 * @param program name of the other program
 * @param mark a line that this program's configurations have, and usher's do not
 */
record ForeignConfig(String program, Pattern mark) {
    /** A mark stands near the beginning, so only the head of a large file is searched. */
    private static final int SEARCHED_CHARS = 16 * 1024;

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

    /** Notes the line with a mark of another program. False if no mark is found. */
    static boolean isNoted(Source source, String text, Problems problems) {
        String head = text.substring(0, Math.min(text.length(), SEARCHED_CHARS));
        for (ForeignConfig each : ALL) {
            Place place = each.markIn(source, head);
            if (place != null) {
                problems.error(
                        place,
                        "this looks like a configuration of " + each.program
                                + ": usher needs YAML of its own, with keys such as routes:",
                        "the smallest file is a line \"routes:\" and, indented below it, "
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
