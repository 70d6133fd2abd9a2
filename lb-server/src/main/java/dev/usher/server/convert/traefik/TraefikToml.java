package dev.usher.server.convert.traefik;

import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Scanner;
import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.draft.Unreadable;
import dev.usher.server.convert.traefik.Node.Listing;
import dev.usher.server.convert.traefik.Node.Mapping;
import dev.usher.server.convert.traefik.Node.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads the TOML of Traefik's files: tables, arrays of tables, dotted keys, strings, lists, inline tables. */
final class TraefikToml extends Scanner {
    private static final int MAX_DEPTH = 16;

    private static final String BLANKS = " \t\r";
    private static final String LINE_ENDS = BLANKS + "\n";

    private final Mapping root;
    private Mapping table;

    private TraefikToml(PeerText file) {
        super(file);
        this.root = Mapping.at(Statement.at(file.file(), 1, 1, ""));
        this.table = root;
    }

    static Mapping read(PeerText file) {
        return new TraefikToml(file).document();
    }

    private Mapping document() {
        while (skip(LINE_ENDS)) {
            if (text.charAt(at) == '[') {
                header();
            } else {
                entry(table, 0);
            }
            if (skip(BLANKS) && text.charAt(at) != '\n') {
                throw fault("a line ends here");
            }
        }
        return root;
    }

    private void header() {
        Statement statement = statement();
        boolean array = text.startsWith("[[", at);
        at += array ? 2 : 1;
        List<String> path = path();
        expect(array ? "]]" : "]");
        table = array ? added(path, statement) : TraefikPath.mapping(root, path, statement);
    }

    /** A new last item of the array at a path. */
    private Mapping added(List<String> path, Statement statement) {
        Mapping parent = TraefikPath.mapping(root, path.subList(0, path.size() - 1), statement);
        String key = path.getLast().toLowerCase(Locale.ROOT);
        List<Node> items = new ArrayList<>(parent.get(key) instanceof Listing list ? list.items() : List.of());
        Mapping item = Mapping.at(statement);
        items.add(item);
        parent.put(key, new Listing(statement, items));
        return item;
    }

    private void entry(Mapping owner, int depth) {
        Statement statement = statement();
        List<String> path = path();
        expect("=");
        skip(BLANKS);
        Node value = value(statement, depth);
        try {
            TraefikPath.put(owner, path, value);
        } catch (IllegalArgumentException fault) {
            throw new Unreadable(statement, String.valueOf(fault.getMessage()));
        }
    }

    private List<String> path() {
        List<String> path = new ArrayList<>();
        do {
            skip(BLANKS);
            path.add(key());
            skip(BLANKS);
        } while (take('.'));
        return path;
    }

    private String key() {
        if (at < text.length() && (text.charAt(at) == '"' || text.charAt(at) == '\'')) {
            return string();
        }
        int start = at;
        while (at < text.length()
                && (Character.isLetterOrDigit(text.charAt(at)) || "-_".indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
        if (at == start) {
            throw fault("a key stands here");
        }
        return text.substring(start, at);
    }

    private Node value(Statement statement, int depth) {
        if (at == text.length() || depth > MAX_DEPTH) {
            throw fault(depth > MAX_DEPTH ? "nested more than " + MAX_DEPTH + " deep" : "a value stands here");
        }
        char c = text.charAt(at);
        return switch (c) {
            case '"', '\'' -> new Scalar(statement, string());
            case '[' -> listing(statement, depth);
            case '{' -> inline(statement, depth);
            default -> new Scalar(statement, bare());
        };
    }

    private Node listing(Statement statement, int depth) {
        List<Node> items = new ArrayList<>();
        at++;
        while (skip(LINE_ENDS) && text.charAt(at) != ']') {
            items.add(value(statement, depth + 1));
            skip(LINE_ENDS);
            if (!take(',')) {
                break;
            }
        }
        skip(LINE_ENDS);
        expect("]");
        return new Listing(statement, items);
    }

    private Node inline(Statement statement, int depth) {
        Mapping mapping = Mapping.at(statement);
        at++;
        while (skip(LINE_ENDS) && text.charAt(at) != '}') {
            entry(mapping, depth + 1);
            skip(LINE_ENDS);
            if (!take(',')) {
                break;
            }
        }
        skip(LINE_ENDS);
        expect("}");
        return mapping;
    }

    private String bare() {
        int start = at;
        while (at < text.length() && " \t\r\n,]}#".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == start) {
            throw fault("a value stands here");
        }
        return text.substring(start, at);
    }

    private String string() {
        char quote = text.charAt(at);
        String triple = String.valueOf(quote).repeat(3);
        if (text.startsWith(triple, at)) {
            return multiLine(triple);
        }
        StringBuilder string = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != quote && text.charAt(at) != '\n'; at++) {
            boolean escape = quote == '"' && text.charAt(at) == '\\' && at + 1 < text.length();
            at += escape ? 1 : 0;
            string.append(text.charAt(at));
        }
        expect(String.valueOf(quote));
        return string.toString();
    }

    private String multiLine(String quotes) {
        int end = text.indexOf(quotes, at + 3);
        if (end < 0) {
            throw fault("the quotes " + quotes + " have no end");
        }
        String string = text.substring(at + 3, end).strip();
        while (at < end + 3) {
            next();
        }
        return string;
    }

    private boolean take(char c) {
        boolean there = at < text.length() && text.charAt(at) == c;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(String what) {
        if (!text.startsWith(what, at)) {
            throw fault(what + " is missing here");
        }
        at += what.length();
    }
}
