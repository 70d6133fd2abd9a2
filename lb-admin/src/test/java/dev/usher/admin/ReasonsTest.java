package dev.usher.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.usher.config.HttpConfig;
import dev.usher.config.Spelling;
import dev.usher.end.CloseReason;
import dev.usher.end.Refusal;
import dev.usher.opening.HttpOpening;
import dev.usher.opening.SocksOpening;
import dev.usher.opening.TlsOpening;
import dev.usher.tls.Alert;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The dashboard explains every close reason, and the table in ARCHITECTURE.md says of each how it ends. */
class ReasonsTest {
    private static final String SCRIPT = "/dev/usher/admin/web/lib/reasons.js";
    private static final Path DOCUMENT = Path.of("..", "ARCHITECTURE.md");

    private static final Pattern MEANING = Pattern.compile("(?m)^  (\\w+): \"[^\"]+\",$");
    private static final Pattern WORD = Pattern.compile("`([^`]+)`");

    private static final Pattern BRACKETS = Pattern.compile("\\((.*?)\\)");
    private static final String BETWEEN = " / ";
    private static final String BETWEEN_OUTSIDE_BRACKETS = BETWEEN + "(?![^(]*\\))";

    private static final Set<CloseReason> TOLD_IN_HTTP_ALONE = EnumSet.of(
            CloseReason.HTTP_ON_TLS,
            CloseReason.PLAIN_DENIED,
            CloseReason.NOT_HTTP,
            CloseReason.MALFORMED_REQUEST,
            CloseReason.AMBIGUOUS_REQUEST,
            CloseReason.MALFORMED_BODY,
            CloseReason.REQUEST_TOO_LARGE);

    private static final Set<CloseReason> TOLD_IN_TLS_ALONE = EnumSet.of(
            CloseReason.TLS_ON_HTTP,
            CloseReason.MALFORMED_HELLO,
            CloseReason.HELLO_TOO_LARGE,
            CloseReason.SNI_MISMATCH);

    private static final Set<CloseReason> TOLD_IN_SOCKS =
            EnumSet.of(CloseReason.MALFORMED_SOCKS, CloseReason.SOCKS_COMMAND, CloseReason.PORT_DENIED);

    /** The words of SOCKS before a request; the bytes are in SocksOpeningTest. */
    private static final Map<CloseReason, String> TOLD_AT_LOGIN = Map.of(
            CloseReason.AUTH_METHOD, "SOCKS method FF",
            CloseReason.AUTH_FAILED, "SOCKS login status 1",
            CloseReason.AUTH_THROTTLED, "SOCKS login status 1",
            CloseReason.AUTH_OVERLOADED, "SOCKS login status 1");

    private static final Set<CloseReason> TOLD_IN_SOCKS_ALONE =
            EnumSet.of(CloseReason.MALFORMED_SOCKS, CloseReason.SOCKS_COMMAND);

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
            assertEquals(ending(reason), row.ending(), row.reason());
        }
    }

    private static String ending(CloseReason reason) {
        return switch (reason.ending()) {
            case REFUSAL -> refusal(reason, Objects.requireNonNull(reason.refusal(), reason.word()));
            case CLOSE -> "FIN";
            case RESET -> "RST";
            case FIN_IF_WHOLE -> "by side";
        };
    }

    private static String refusal(CloseReason reason, Refusal refusal) {
        if (reason == CloseReason.POSTGRES_WITHOUT_TLS) {
            return "Postgres error";
        }
        if (refusal == Refusal.REDIRECT) {
            return "answer " + HttpConfig.DEFAULT.redirect() + " " + otherRedirects();
        }
        int status = HttpOpening.answer(refusal).status();
        if (TOLD_IN_HTTP_ALONE.contains(reason)) {
            return "answer " + status;
        }
        if (TOLD_AT_LOGIN.containsKey(reason)) {
            return TOLD_AT_LOGIN.get(reason) + " (" + status + ")";
        }
        if (TOLD_IN_SOCKS.contains(reason)) {
            String reply = "SOCKS reply " + SocksOpening.reply(refusal);
            return TOLD_IN_SOCKS_ALONE.contains(reason) ? reply : reply + " (" + status + ")";
        }
        return alert(refusal) + (TOLD_IN_TLS_ALONE.contains(reason) ? "" : " (" + status + ")");
    }

    private static String alert(Refusal refusal) {
        Alert alert = TlsOpening.alert(refusal);
        return "alert " + alert.description() + " " + Spelling.snake(alert);
    }

    private static String otherRedirects() {
        return HttpConfig.REDIRECTS.stream()
                .filter(status -> status != HttpConfig.DEFAULT.redirect())
                .map(Object::toString)
                .collect(Collectors.joining(", ", "(", ")"));
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
            List<String> endings = List.of(cells[3].split(BETWEEN_OUTSIDE_BRACKETS));
            List<String> codes = found(WORD, cells[4]);
            for (int i = 0; i < reasons.size(); i++) {
                rows.add(new Row(reasons.get(i), endingOf(endings, i), each(codes, i)));
            }
        }
        return rows;
    }

    /** Brackets hold a status for all reasons of the row, or one for each; a remark follows a semicolon. */
    private static String endingOf(List<String> endings, int index) {
        String ending = each(endings, index).replaceFirst(";.*", "");
        return BRACKETS.matcher(ending)
                .replaceAll(status -> "(" + each(List.of(status.group(1).split(BETWEEN)), index) + ")");
    }

    private static String each(List<String> values, int index) {
        return values.size() == 1 ? values.getFirst() : values.get(index);
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).toList();
    }
}
