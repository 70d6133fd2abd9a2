package dev.usher.server.convert.haproxy;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.draft.Unreadable;
import java.util.ArrayList;
import java.util.List;

/** Splits a file into lines of words, by HAProxy's rules for blanks, quotes, backslashes and comments. */
final class HaproxyLexer {
    /** HAProxy's own limit is 64 words. */
    private static final int MAX_WORDS = 4096;

    private final PeerText file;
    private final String line;
    private final int number;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int at;

    private HaproxyLexer(PeerText file, String line, int number) {
        this.file = file;
        this.line = line;
        this.number = number;
    }

    static List<HaproxyLine> lines(PeerText file) {
        List<HaproxyLine> lines = new ArrayList<>();
        int number = 0;
        for (String line : file.text().split("\r?\n", -1)) {
            number++;
            List<String> words = new HaproxyLexer(file, line, number).words();
            if (!words.isEmpty()) {
                int column = line.length() - line.stripLeading().length() + 1;
                lines.add(new HaproxyLine(Statement.at(file.file(), number, column, line.strip()), words));
            }
        }
        return lines;
    }

    private List<String> words() {
        while (at < line.length() && (inWord || line.charAt(at) != '#')) {
            char c = line.charAt(at++);
            switch (c) {
                case ' ', '\t' -> end();
                case '"' -> quoted(c);
                case '\'' -> quoted(c);
                case '\\' -> escaped();
                case '#' -> at = line.length();
                default -> add(c);
            }
        }
        end();
        return words;
    }

    private void add(char c) {
        inWord = true;
        word.append(c);
    }

    private void end() {
        if (!inWord) {
            return;
        }
        words.add(word.toString());
        word.setLength(0);
        inWord = false;
        if (words.size() > MAX_WORDS) {
            throw fault(at, "more than " + MAX_WORDS + " words in a line");
        }
    }

    private void quoted(char quote) {
        int open = at;
        inWord = true;
        while (at < line.length() && line.charAt(at) != quote) {
            char c = line.charAt(at++);
            boolean escape = c == '\\' && quote == '"' && at < line.length() && "\\\"'$".indexOf(line.charAt(at)) >= 0;
            word.append(escape ? line.charAt(at++) : c);
        }
        if (at == line.length()) {
            throw fault(open, "the quote " + quote + " has no end on this line");
        }
        at++;
    }

    private void escaped() {
        if (at == line.length()) {
            throw fault(at, "a backslash at the end of the line has nothing to escape");
        }
        char c = line.charAt(at);
        if (" #\\'\"".indexOf(c) >= 0) {
            at++;
            add(c);
        } else {
            add('\\'); // HAProxy resolves \n, \r, \t and \xHH besides; a regular expression keeps the backslash
        }
    }

    private Unreadable fault(int column, String reason) {
        return new Unreadable(Statement.at(file.file(), number, Math.max(1, column), line.strip()), reason);
    }
}
