package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.usher.config.HttpConfig;
import dev.usher.config.Spelling;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.opening.HttpOpening;
import dev.usher.opening.TlsOpening;
import dev.usher.tls.Alert;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dashboard explains every close reason, and the table in ARCHITECTURE.md says of each how it ends. */
class ReasonsTest {
    private static final String SCRIPT = "/dev/usher/admin/web/lib/reasons.js";
    private static final Path DOCUMENT = Path.of("..", "ARCHITECTURE.md");

    private static final Pattern MEANING = Pattern.compile("(?m)^  (\\w+): \"[^\"]+\",$");
    private static final Pattern STATUS = Pattern.compile("^alert [^(;]*[(]([^)]*)[)]");
    private static final Pattern WORD = Pattern.compile("`([^`]+)`");

    private static List<String> words() {
        return Arrays.stream(CloseReason.values())
                .map(CloseReason::word)
                .sorted()
                .toList();
    }

    @Test
    void dashboardExplainsEachOnce() throws IOException {
        try (InputStream script = Objects.requireNonNull(ReasonsTest.class.getResourceAsStream(SCRIPT), SCRIPT)) {
            String text = new String(script.readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(words(), found(MEANING, text).stream().sorted().toList());
        }
    }

    @Test
    void tableHasEachOnce() throws IOException {
        assertEquals(words(), rows().stream().map(Row::reason).sorted().toList());
    }

    @Test
    void tableSaysHowEachEnds() throws IOException {
        for (Row row : rows()) {
            CloseReason reason = CloseReason.valueOf(row.reason().toUpperCase(Locale.ROOT));
            assertEquals(reason.endCode(), row.endCode(), row.reason());
            List<String> endings = endings(reason);
            assertTrue(endings.stream().anyMatch(row.ending()::startsWith), () -> row + " ends by: " + endings);
        }
    }

    /** In brackets behind an alert: the status on a listener of type http. */
    @Test
    void tableSaysTheStatusOfEachAlert() throws IOException {
        for (Row row : rows()) {
            CloseReason reason = CloseReason.valueOf(row.reason().toUpperCase(Locale.ROOT));
            Matcher status = STATUS.matcher(row.ending());
            if (status.find()) {
                int expected = status(Objects.requireNonNull(reason.refusal(), row.reason()));
                assertTrue(status.group(1).contains(String.valueOf(expected)), () -> row + " has " + expected);
            }
        }
    }

    private static List<String> endings(CloseReason reason) {
        return switch (reason.ending()) {
            case REFUSAL -> refusals(Objects.requireNonNull(reason.refusal(), reason.word()));
            case CLOSE -> List.of("FIN");
            case RESET -> List.of("RST");
            case FIN_IF_WHOLE -> List.of("by side");
        };
    }

    private static List<String> refusals(Refusal refusal) {
        return List.of(alert(refusal), "answer " + status(refusal));
    }

    private static int status(Refusal refusal) {
        return refusal == Refusal.REDIRECT
                ? HttpConfig.DEFAULT.redirect()
                : HttpOpening.answer(refusal).status();
    }

    private static String alert(Refusal refusal) {
        Alert alert = TlsOpening.alert(refusal);
        return "alert " + alert.description() + " " + Spelling.snake(alert);
    }

    /** One reason of a row of the table; a row with several has its other cells for all of them, or one for each. */
    private record Row(String reason, String ending, String endCode) {}

    private static List<Row> rows() throws IOException {
        String text = Files.readString(DOCUMENT);
        String table = text.substring(text.indexOf("| reason | ends by | end code |"));
        List<Row> rows = new ArrayList<>();
        for (String line :
                table.substring(0, table.indexOf("\n\n")).lines().skip(2).toList()) {
            String[] cells = line.split(" *\\| *", -1);
            List<String> reasons = found(WORD, cells[2]);
            List<String> endings = List.of(cells[3].split(" / "));
            List<String> codes = found(WORD, cells[4]);
            for (int i = 0; i < reasons.size(); i++) {
                rows.add(new Row(reasons.get(i), each(endings, i), each(codes, i)));
            }
        }
        return rows;
    }

    private static String each(List<String> values, int index) {
        return values.size() == 1 ? values.getFirst() : values.get(index);
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }
}
