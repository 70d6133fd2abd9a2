package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticRenderTest {
    private static final Diagnostic ERROR = new Diagnostic(
            Severity.ERROR, "usher.yaml", 14, 5, 6, "unknown key \"severs\"", null, "    severs: [10.0.0.11:443]", 5);
    private static final Diagnostic WARNING =
            new Diagnostic(Severity.WARNING, "usher.yaml", 2, 2, 1, "careful", "write less", "\tx\u001b", 2);
    private static final Diagnostic WHOLE_FILE =
            new Diagnostic(Severity.ERROR, "none.yaml", 0, 0, 0, "cannot be read: no such file", null, null, 0);

    @Test
    void showsPlaceLineCaretHintAndSum() {
        assertEquals("""
                usher.yaml:14:5: error: unknown key "severs"
                   14 |     severs: [10.0.0.11:443]
                      |     ^^^^^^
                usher.yaml:2:2: warning: careful
                    2 | \tx\uFFFD
                      | \t^
                      = hint: write less
                none.yaml: error: cannot be read: no such file
                2 errors, 1 warning.
                """, new DiagnosticText(false).render(List.of(ERROR, WARNING, WHOLE_FILE)));
    }

    @Test
    void sendsColoursOnlyWhenTold() {
        assertTrue(new DiagnosticText(true).render(List.of(ERROR)).contains("\u001b[1;31merror:\u001b[0m"));
        assertTrue(new DiagnosticText(false).render(List.of(ERROR)).indexOf('\u001b') < 0);
    }

    /** A screen of them; an error is not hidden behind warnings. */
    @Test
    void showsTheFirstTwentyAndHowManyMore() {
        List<Diagnostic> many = new ArrayList<>(Collections.nCopies(50, WARNING));
        for (int line = 1; line <= 19; line++) {
            many.add(new Diagnostic(Severity.ERROR, "usher.yaml", line, 1, 1, "no", null, "x", 1));
        }
        String text = new DiagnosticText(false).render(many);
        assertEquals(19, text.lines().filter(line -> line.contains(": error: ")).count(), text);
        assertEquals(
                1, text.lines().filter(line -> line.contains(": warning: ")).count(), text);
        assertTrue(text.endsWith("\nand 49 more\n19 errors, 50 warnings.\n"), text);
        assertEquals(21, DiagnosticText.lines(many).size());
        assertEquals("and 49 more", DiagnosticText.lines(many).getLast());
        assertEquals(text.replace('\t', ' '), String.join("\n", DiagnosticText.report(many)) + "\n");
        assertTrue(DiagnosticJson.render(many).contains("\"warnings\" : 50"), "programs get all");
    }

    @Test
    void countsInWords() {
        assertEquals("0 errors, 0 warnings.", DiagnosticText.summary(List.of()));
        assertEquals("1 error, 1 warning.", DiagnosticText.summary(List.of(ERROR, WARNING)));
    }

    /** Whoever prints the report escapes control characters, and two signs for a tab would move the caret. */
    @Test
    void aReportHasNoTabs() {
        Diagnostic tab = new Diagnostic(Severity.ERROR, "a.yaml", 1, 3, 1, "no", null, "\ta: x", 5);
        assertEquals(
                List.of("a.yaml:1:3: error: no", "    1 |  a: x", "      |     ^", "1 error, 0 warnings."),
                DiagnosticText.report(List.of(tab)));
        assertEquals(List.of(), DiagnosticText.report(List.of()));
    }

    @Test
    void isReadByProgramsAsJson() {
        String json = DiagnosticJson.render(List.of(ERROR)).replaceAll("\\s", "");
        assertEquals(
                "{\"valid\":false,\"errors\":1,\"warnings\":0,\"diagnostics\":[{\"severity\":\"error\","
                        + "\"file\":\"usher.yaml\",\"line\":14,\"column\":5,\"length\":6,"
                        + "\"message\":\"unknownkey\\\"severs\\\"\",\"hint\":null}]}",
                json);
    }

    @Test
    void hidesSecretsInTheLine() {
        Source source = new Source(
                Path.of("x"),
                "{ name: ops, sha256: plain, role: x }\ntokens: [abc]\npassword: \"a b\" # c\ntokens: [{ name: a }]");
        assertEquals("{ name: ops, sha256: *****, role: x }", source.line(1));
        assertEquals("tokens: [***]", source.line(2));
        assertEquals("password: ***** # c", source.line(3));
        assertEquals("tokens: [{ name: a }]", source.line(4));
    }
}
