package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.admin.attention.Attention;
import dev.usher.config.Spelling;
import dev.usher.end.CloseReason;
import dev.usher.event.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/operating.md says what to do about everything that usher counts, logs and ends sessions with. */
class OperatingGuideTest {
    private static final Path DOCS = Path.of("..", "docs");
    /** A row of docs/metrics.md, as in: | `usher_connections` | gauge |. */
    private static final Pattern METRIC = Pattern.compile("(?m)^\\| `(\\w+)` \\| \\w+ \\|");

    private static final Pattern ROW = Pattern.compile("(?m)^\\| (`.*?) \\| .+ \\|$");
    private static final Pattern QUOTED = Pattern.compile("`([^`]+)`");

    /** The format of a warning or an error. */
    private static final Pattern LOGGED = Pattern.compile("\\blog\\s*\\.(?:warn|error)\\(\\s*\"([^\"]*)\"");

    private static final Pattern WORD = Pattern.compile("[a-z]{2}");

    private final String guide;

    OperatingGuideTest() throws IOException {
        guide = Files.readString(DOCS.resolve("operating.md"));
    }

    /** The words in the first cells of the rows under a heading. */
    private Set<String> rows(String heading) {
        Matcher part =
                Pattern.compile("(?ms)^## " + heading + "\\n.*?(?=^## |\\z)").matcher(guide);
        assertTrue(part.find(), heading);
        return ROW.matcher(part.group())
                .results()
                .flatMap(row -> QUOTED.matcher(row.group(1)).results())
                .map(word -> word.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> words(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Spelling::snake).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everyReasonHasARow() {
        Set<String> reasons = Arrays.stream(CloseReason.values())
                .map(CloseReason::word)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(reasons, rows("Reasons of ended sessions"));
    }

    @Test
    void everyTypeOfEventAndKindOfAttentionHasARow() {
        assertEquals(words(Event.Kind.values()), rows("Events"));
        assertEquals(words(Attention.Entry.Kind.values()), rows("What needs attention"));
    }

    @Test
    void everyMetricHasARow() throws IOException {
        Set<String> metrics = METRIC.matcher(Files.readString(DOCS.resolve("metrics.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(metrics.size() > 60, metrics::toString);
        assertEquals(metrics, rows("Metrics"));
    }

    /** A line that no code logs any more misleads at night. */
    @Test
    void everyLogLineIsInTheCode() {
        String code = code();
        List<String> unknown =
                rows("Log lines").stream().filter(line -> !code.contains(line)).toList();
        assertEquals(List.of(), unknown, "lines of docs/operating.md that no code logs");
    }

    /** Formats without a word, as {@code {}: {}}, are left out: such a text comes from elsewhere, and is an event or a fault. */
    @Test
    void everyWarningHasARow() {
        Set<String> rows = rows("Log lines");
        List<String> formats = LOGGED.matcher(code())
                .results()
                .map(logged -> logged.group(1))
                .filter(format -> WORD.matcher(format).find())
                .toList();
        assertTrue(formats.size() > 50, formats::toString);
        List<String> unexplained = formats.stream()
                .filter(format -> rows.stream().noneMatch(format::contains))
                .toList();
        assertEquals(List.of(), unexplained, "lines that docs/operating.md does not explain");
    }

    private static String code() {
        return Stream.of("lb-core", "lb-admin", "lb-server", "lb-kubernetes")
                .flatMap(OperatingGuideTest::sources)
                .map(OperatingGuideTest::text)
                .collect(Collectors.joining("\n"));
    }

    private static Stream<Path> sources(String module) {
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A literal over several lines is joined. */
    private static String text(Path file) {
        try {
            return Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
