package dev.usher.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Comments do not get harder to read. Pronouns and first words are hints, and no verdict on a comment: only their totals
 * over all main code are held, at most at the figures of comment-style.txt. Mend the sentence that is named, not the number;
 * lower the figures when the totals have fallen.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommentStyleTest {
    private static final Path HELD = Path.of("src", "test", "resources", "dev", "usher", "server", "comment-style.txt");
    private static final Pattern PRONOUN = Pattern.compile(
            "(?i)\\b(what|who|whoever|that|those|one|ones|it|its|they|them|which|these|others|another|none|nobody|somebody"
                    + "|all)\\b");
    private static final Pattern FIRST_WORD =
            Pattern.compile("(What|Who|Whoever|That|Those|One|It|They|Them|None|Nobody|Others|All|Whose|As|Of|By)\\b");
    private static final Pattern COMMENT =
            Pattern.compile("(?s)/\\*\\*?(?<block>.*?)\\*/|(?<![:\"\\w])//(?<line>[^\\n]*)");
    /** Shorter ones are labels, such as the headings between methods. */
    private static final int MIN_CHARS = 25;
    /** A sentence of fewer words has no room for a share. */
    private static final int MIN_WORDS = 6;
    /** Sentences to name. */
    private static final int WORST = 20;

    private List<Comment> comments = List.of();

    /** The words of a comment, and where it begins, as in {@code Pool.java:12}. */
    private record Comment(String place, String text) {}

    @BeforeAll
    void read() throws IOException {
        List<Comment> all = new ArrayList<>();
        for (String module : List.of("lb-core", "lb-admin", "lb-server")) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (Path file : files.filter(path -> path.toString().endsWith(".java"))
                        .sorted()
                        .toList()) {
                    all.addAll(commentsOf(file));
                }
            }
        }
        comments = List.copyOf(all);
        assertTrue(comments.size() > 1000, "comments are not found: " + comments.size());
    }

    @Test
    void pronounsDoNotGetMore() throws IOException {
        long words =
                comments.stream().mapToLong(comment -> words(comment.text())).sum();
        long pronouns =
                comments.stream().mapToLong(comment -> pronouns(comment.text())).sum();
        hold("pronouns_per_100_words", 100.0 * pronouns / words, "sentences with the most", worstSentences());
    }

    @Test
    void firstWordsAreNounsVerbsOrConditions() throws IOException {
        List<Comment> begun = comments.stream()
                .filter(comment -> FIRST_WORD.matcher(comment.text()).lookingAt())
                .toList();
        List<String> named =
                begun.stream().limit(WORST).map(CommentStyleTest::shown).toList();
        hold("first_words_percent", 100.0 * begun.size() / comments.size(), "comments that begin so", named);
    }

    private static void hold(String figure, double exact, String named, List<String> worst) throws IOException {
        double now = Math.round(exact * 100) / 100.0; // as printed: 3.502 is no rise above 3.50
        double held = Objects.requireNonNull(held().get(figure), figure);
        System.out.printf(Locale.ROOT, "comments: %s %.2f, held at %.2f%n", figure, now, held);
        assertTrue(
                now <= held,
                () ->
                        "%s has risen to %.2f, above the %.2f of comment-style.txt. Rewrite what your change added (a noun, a verb or a condition first; a pronoun has its noun in the same sentence), or some of the %s:%n%s"
                                .formatted(figure, now, held, named, String.join("\n", worst)));
    }

    private static Map<String, Double> held() throws IOException {
        try (Stream<String> lines = Files.lines(HELD)) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split(" ", 2))
                    .collect(Collectors.toMap(parts -> parts[0], parts -> Double.valueOf(parts[1])));
        }
    }

    private List<String> worstSentences() {
        return comments.stream()
                .flatMap(comment -> Stream.of(comment.text().split("(?<=[.:;!?])\\s+", -1))
                        .map(sentence -> new Comment(comment.place(), sentence)))
                .filter(sentence -> words(sentence.text()) >= MIN_WORDS)
                .sorted(Comparator.comparingDouble(
                        sentence -> -(double) pronouns(sentence.text()) / words(sentence.text())))
                .limit(WORST)
                .map(CommentStyleTest::shown)
                .toList();
    }

    private static String shown(Comment comment) {
        return "  " + comment.place() + ": "
                + comment.text().substring(0, Math.min(110, comment.text().length()));
    }

    private static long words(String text) {
        return Stream.of(text.split(" ", -1)).filter(word -> !word.isEmpty()).count();
    }

    private static long pronouns(String text) {
        return PRONOUN.matcher(text).results().count();
    }

    private static List<Comment> commentsOf(Path file) throws IOException {
        String source = Files.readString(file);
        List<Comment> found = new ArrayList<>();
        Matcher comment = COMMENT.matcher(source);
        while (comment.find()) {
            String block = comment.group("block");
            String text = String.valueOf(block == null ? comment.group("line") : block)
                    .replaceAll("(?s)<pre>.*?</pre>", "")
                    .replaceAll("\\n\\s*\\*\\s?", "\n")
                    .replaceAll("\\s+", " ")
                    .strip();
            if (text.length() > MIN_CHARS) {
                long line = source.substring(0, comment.start()).lines().count();
                found.add(new Comment(file.getFileName() + ":" + Math.max(1, line), text));
            }
        }
        return found;
    }
}
