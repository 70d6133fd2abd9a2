package dev.usher.server.convert.sniproxy;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Scanner;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.draft.Unreadable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a file's statements, by sniproxy's rules for quotes, backslashes, comments, line ends and braces. */
final class SniproxyParser extends Scanner {
    /** sniproxy's own blocks are two deep. */
    private static final int MAX_DEPTH = 8;

    private static final String BLANKS = " \t\r";
    private static final String LINE_ENDS = BLANKS + "\n;";

    private SniproxyParser(PeerText file) {
        super(file);
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
        while (skip(LINE_ENDS)) {
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
        int startLine = line();
        int column = column();
        List<String> words = new ArrayList<>();
        while (skip(BLANKS) && "{};\n".indexOf(text.charAt(at)) < 0) {
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
            lastLine = line();
            at++;
        }
        Statement place = new Statement(file.file(), startLine, column, lastLine, String.join(" ", words));
        return new SniproxyStatement(place, words, block);
    }

    /** Whether a brace comes next, on this line or the first line with text. */
    private boolean opens() {
        return skip(LINE_ENDS) && text.charAt(at) == '{';
    }

    private String word() {
        char first = text.charAt(at);
        return first == '"' || first == '\'' ? quoted(first) : until(" \t\r\n;{}#");
    }

    private String quoted(char quote) {
        Statement open = statement();
        at++;
        String word = until(String.valueOf(quote));
        if (at == text.length()) {
            throw new Unreadable(open, "the quote " + quote + " has no end");
        }
        at++;
        return word;
    }

    private String until(String ends) {
        StringBuilder word = new StringBuilder();
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            char c = next();
            word.append(c == '\\' && at < text.length() ? next() : c);
        }
        return word.toString();
    }
}
