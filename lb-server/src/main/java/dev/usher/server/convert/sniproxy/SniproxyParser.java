package dev.usher.server.convert.sniproxy;

import dev.usher.server.convert.Converter.Unreadable;
import dev.usher.server.convert.PeerText;
import dev.usher.server.convert.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a file's statements, by sniproxy's rules for quotes, backslashes, comments, line ends and braces. */
final class SniproxyParser {
    /** sniproxy's own blocks are two deep. */
    private static final int MAX_DEPTH = 8;

    private final PeerText file;
    private final String text;
    private int at;
    private int line = 1;
    private int lineStart;

    private SniproxyParser(PeerText file) {
        this.file = file;
        this.text = file.text();
    }

    static List<SniproxyStatement> read(PeerText file) {
        return new SniproxyParser(file).block(null, 0);
    }

    /** @param opener the statement with the block; null for the file itself */
    private List<SniproxyStatement> block(@Nullable Statement opener, int depth) {
        if (depth > MAX_DEPTH) {
            throw fault("blocks are nested more than " + MAX_DEPTH + " deep");
        }
        List<SniproxyStatement> statements = new ArrayList<>();
        while (skip(true)) {
            if (text.charAt(at) == '}') {
                if (opener == null) {
                    throw fault("} has no { before");
                }
                return statements;
            }
            statements.add(statement(depth));
        }
        if (opener != null) {
            throw new Unreadable(opener, "the block has no } at its end");
        }
        return statements;
    }

    private SniproxyStatement statement(int depth) {
        int startLine = line;
        int column = at - lineStart + 1;
        List<String> words = new ArrayList<>();
        while (skip(false) && "{};\n".indexOf(text.charAt(at)) < 0) {
            words.add(word());
        }
        if (words.isEmpty()) {
            throw fault("a statement begins with a word, and not with " + text.charAt(at));
        }
        List<SniproxyStatement> block = List.of();
        int lastLine = startLine;
        if (opens()) {
            at++;
            block = block(Statement.at(file.file(), startLine, column, String.join(" ", words)), depth + 1);
            lastLine = line;
            at++;
        }
        Statement place = new Statement(file.file(), startLine, column, lastLine, String.join(" ", words));
        return new SniproxyStatement(place, words, block);
    }

    /** Whether a brace comes next, on this line or the first line with text. */
    private boolean opens() {
        int before = at;
        int beforeLine = line;
        int beforeStart = lineStart;
        if (skip(true) && text.charAt(at) == '{') {
            return true;
        }
        at = before;
        line = beforeLine;
        lineStart = beforeStart;
        return false;
    }

    /** Skips blanks, comments, and line ends if wanted; false at the end of the file. */
    private boolean skip(boolean lineEnds) {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '#') {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (c == ' ' || c == '\t' || c == '\r' || (lineEnds && (c == '\n' || c == ';'))) {
                next();
            } else {
                return true;
            }
        }
        return false;
    }

    private char next() {
        char c = text.charAt(at++);
        if (c == '\n') {
            line++;
            lineStart = at;
        }
        return c;
    }

    private String word() {
        char quote = text.charAt(at);
        boolean quoted = quote == '"' || quote == '\'';
        Unreadable open = fault("the quote " + quote + " has no end");
        StringBuilder word = new StringBuilder();
        at += quoted ? 1 : 0;
        while (at < text.length() && (quoted ? text.charAt(at) != quote : " \t\r\n;{}#".indexOf(text.charAt(at)) < 0)) {
            char c = next();
            word.append(c == '\\' && at < text.length() ? next() : c);
        }
        if (quoted && at == text.length()) {
            throw open;
        }
        at += quoted ? 1 : 0;
        return word.toString();
    }

    private Unreadable fault(String reason) {
        return new Unreadable(Statement.at(file.file(), line, at - lineStart + 1, file.shown(lineStart)), reason);
    }
}
