package dev.usher.server.convert.nginx;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Scanner;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.draft.Unreadable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a file's directives, by nginx's rules for quotes, backslashes, comments, semicolons and braces. */
final class NginxParser extends Scanner {
    /** nginx's own blocks are at most five deep. */
    private static final int MAX_DEPTH = 32;

    private static final String BLANKS = " \t\r\n";

    private int depth;
    private boolean inVariable;

    private NginxParser(PeerText file) {
        super(file);
    }

    static List<Directive> read(PeerText file) {
        return new NginxParser(file).block(null);
    }

    /** @param opener the directive with the block; null for the file itself */
    private List<Directive> block(@Nullable Statement opener) {
        if (depth > MAX_DEPTH) {
            throw fault("blocks are nested more than " + MAX_DEPTH + " deep");
        }
        List<Directive> directives = new ArrayList<>();
        while (skip(BLANKS)) {
            if (text.charAt(at) == '}') {
                if (opener == null) {
                    throw fault("} has no { before");
                }
                return directives;
            }
            directives.add(directive());
        }
        if (opener != null) {
            throw new Unreadable(opener, "the block has no } at its end");
        }
        return directives;
    }

    private Directive directive() {
        int startLine = line();
        int column = column();
        List<String> words = new ArrayList<>();
        while (skip(BLANKS) && ";{}".indexOf(text.charAt(at)) < 0) {
            words.add(word());
        }
        if (at == text.length() || text.charAt(at) == '}') {
            throw new Unreadable(
                    Statement.at(file.file(), startLine, column, String.join(" ", words)), "there is no ; at its end");
        }
        if (words.isEmpty()) {
            throw fault("a directive has a name before " + text.charAt(at));
        }
        boolean opens = text.charAt(at++) == '{';
        Statement first = Statement.at(file.file(), startLine, column, String.join(" ", words));
        if (!opens) {
            return new Directive(file, first, words, List.of());
        }
        depth++;
        List<Directive> block = block(first);
        depth--;
        Statement whole = new Statement(file.file(), startLine, column, line(), first.text());
        at++;
        return new Directive(file, whole, words, block);
    }

    private String word() {
        char first = text.charAt(at);
        if (first == '"' || first == '\'') {
            return quoted(first);
        }
        StringBuilder word = new StringBuilder();
        inVariable = false;
        while (at < text.length() && !endsWord(word)) {
            char c = next();
            if (c == '\\' && at < text.length() && " \t;{}\"'#".indexOf(text.charAt(at)) >= 0) {
                c = next();
            }
            word.append(c);
        }
        return word.toString();
    }

    /** A brace behind a dollar is part of a variable: {@code ${name}}. */
    private boolean endsWord(StringBuilder word) {
        char c = text.charAt(at);
        boolean opens = c == '{' && !word.isEmpty() && word.charAt(word.length() - 1) == '$';
        boolean closes = c == '}' && inVariable;
        inVariable = opens || (inVariable && !closes);
        return !opens && !closes && (BLANKS.indexOf(c) >= 0 || ";{}".indexOf(c) >= 0);
    }

    private String quoted(char quote) {
        Statement open = statement();
        StringBuilder word = new StringBuilder();
        at++;
        while (at < text.length() && text.charAt(at) != quote) {
            char c = next();
            if (c == '\\' && at < text.length() && (text.charAt(at) == quote || text.charAt(at) == '\\')) {
                c = next();
            }
            word.append(c);
        }
        if (at == text.length()) {
            throw new Unreadable(open, "the quote " + quote + " has no end");
        }
        at++;
        return word.toString();
    }
}
