package dev.usher.server.yaml;

import dev.usher.config.Printable;
import dev.usher.config.Spelling;
import dev.usher.config.Units;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Diagnostics for people and editors: {@code file:line:column: error: text}, the line, a caret. */
public final class DiagnosticText {
    private static final String RESET = "\u001b[0m";
    private static final String BOLD = "\u001b[1m";
    private static final String RED = "\u001b[1;31m";
    private static final String YELLOW = "\u001b[1;33m";
    private static final String CYAN = "\u001b[36m";

    private static final int REPLACEMENT = 0xFFFD;
    /** More would not fit on a screen, and these need mending before the next run anyhow. */
    private static final int MAX_SHOWN = 20;

    private final boolean colour;

    /**
     * @param colour whether to send ANSI escapes; the caller has checked for a terminal and for NO_COLOR
     */
    public DiagnosticText(boolean colour) {
        this.colour = colour;
    }

    /**
     * Renders the first diagnostics, errors before warnings if there are many, and the summary as the last line. Each
     * line ends in a line feed.
     */
    public String render(List<Diagnostic> diagnostics) {
        StringBuilder out = new StringBuilder();
        first(diagnostics).forEach(diagnostic -> render(diagnostic, out));
        if (diagnostics.size() > MAX_SHOWN) {
            out.append(more(diagnostics.size() - MAX_SHOWN)).append('\n');
        }
        return out.append(summary(diagnostics)).append('\n').toString();
    }

    /** The first diagnostics, each as by {@link #line}, and the count of the rest. */
    public static List<String> lines(List<Diagnostic> diagnostics) {
        List<String> lines = new ArrayList<>();
        first(diagnostics).forEach(diagnostic -> lines.add(line(diagnostic)));
        if (diagnostics.size() > MAX_SHOWN) {
            lines.add(more(diagnostics.size() - MAX_SHOWN));
        }
        return lines;
    }

    /**
     * The lines of {@link #render}; empty without a diagnostic. Tabs become spaces, so that carets stay in place
     * anywhere.
     */
    public static List<String> report(List<Diagnostic> diagnostics) {
        return diagnostics.isEmpty()
                ? List.of()
                : new DiagnosticText(false)
                        .render(diagnostics)
                        .replace('\t', ' ')
                        .lines()
                        .toList();
    }

    private static String more(int count) {
        return "and %,d more".formatted(count);
    }

    /** The diagnostics to show, in their order. With too many, errors go before warnings. */
    private static List<Diagnostic> first(List<Diagnostic> diagnostics) {
        int errors = (int) Math.min(
                MAX_SHOWN,
                diagnostics.stream()
                        .filter(diagnostic -> diagnostic.severity() == Severity.ERROR)
                        .count());
        Map<Severity, Integer> left =
                new EnumMap<>(Map.of(Severity.ERROR, errors, Severity.WARNING, MAX_SHOWN - errors));
        return diagnostics.stream()
                .filter(diagnostic -> left.merge(diagnostic.severity(), -1, Integer::sum) >= 0)
                .toList();
    }

    /** For example "2 errors, 1 warning." */
    public static String summary(List<Diagnostic> diagnostics) {
        long errors = diagnostics.stream()
                .filter(diagnostic -> diagnostic.severity() == Severity.ERROR)
                .count();
        return Units.counted(errors, "error") + ", " + Units.counted(diagnostics.size() - errors, "warning") + ".";
    }

    /** A diagnostic in a single line, without the text of the file. */
    public static String line(Diagnostic diagnostic) {
        return Printable.of(
                place(diagnostic) + ": " + Spelling.of(diagnostic.severity()) + ": " + diagnostic.message());
    }

    private static String place(Diagnostic diagnostic) {
        return diagnostic.line() == 0
                ? diagnostic.file()
                : diagnostic.file() + ":" + diagnostic.line() + ":" + diagnostic.column();
    }

    private void render(Diagnostic diagnostic, StringBuilder out) {
        String tint = diagnostic.severity() == Severity.ERROR ? RED : YELLOW;
        out.append(tinted(BOLD, Printable.of(place(diagnostic)) + ":")).append(' ');
        out.append(tinted(tint, Spelling.of(diagnostic.severity()) + ":")).append(' ');
        out.append(Printable.of(diagnostic.message())).append('\n');
        String line = diagnostic.sourceLine();
        if (line != null) {
            out.append("%5d | ".formatted(diagnostic.line()))
                    .append(shown(line))
                    .append('\n');
            out.append("      | ").append(padding(line, diagnostic.sourceColumn()));
            out.append(tinted(tint, "^".repeat(Math.min(diagnostic.length(), shown(diagnostic, line)))))
                    .append('\n');
        }
        if (diagnostic.hint() != null) {
            out.append("      = ").append(tinted(CYAN, "hint:")).append(' ');
            out.append(Printable.of(diagnostic.hint())).append('\n');
        }
    }

    /** Characters of the line from the fault on; at least 1, for a fault at the end of a line. */
    private static int shown(Diagnostic diagnostic, String line) {
        return Math.max(1, line.codePointCount(0, line.length()) - diagnostic.sourceColumn() + 1);
    }

    /** Blanks as wide as the text in front of the column: a tab stays a tab. */
    private static String padding(String line, int column) {
        StringBuilder padding = new StringBuilder();
        line.codePoints().limit(column - 1L).forEach(c -> padding.append(c == '\t' ? '\t' : ' '));
        return padding.toString();
    }

    /** A line of the file, with a replacement of the same width for each character that must not reach the terminal. */
    private static String shown(String line) {
        StringBuilder out = new StringBuilder();
        line.codePoints().forEach(c -> out.appendCodePoint(Printable.is(c) || c == '\t' ? c : REPLACEMENT));
        return out.toString();
    }

    private String tinted(String code, String text) {
        return colour ? code + text + RESET : text;
    }
}
