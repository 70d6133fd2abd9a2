package dev.usher.server.yaml;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosticRenderTest {
    private static final Diagnostic ERROR = new Diagnostic(
            Severity.ERROR, "usher.yaml", 14, 5, 6, "unknown key \"severs\"", null, "    severs: [10.0.0.11:443]");
    private static final Diagnostic WARNING =
            new Diagnostic(Severity.WARNING, "usher.yaml", 2, 2, 1, "careful", "write less", "\tx\u001b");
    private static final Diagnostic WHOLE_FILE =
            new Diagnostic(Severity.ERROR, "none.yaml", 0, 0, 0, "cannot be read: no such file", null, null);

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

    @Test
    void countsInWords() {
        assertEquals("0 errors, 0 warnings.", DiagnosticText.summary(List.of()));
        assertEquals("1 error, 1 warning.", DiagnosticText.summary(List.of(ERROR, WARNING)));
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
