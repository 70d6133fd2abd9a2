package dev.usher.server.convert.draft;

import dev.usher.config.RoutePattern;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Regular expressions for server names, as far as usher can list the names or suffixes: {@code ^(.*\.)?example\.com$},
 * {@code .*\.example\.com}, {@code ^(www|shop)\.example\.com$}. Nothing is ever matched with the expression.
 */
public final class NameRegex {
    /** Names from one expression, at most: {@code (a|b)(c|d)} has four. */
    private static final int MAX_NAMES = 64;

    private static final int MAX_LENGTH = 1000;

    private static final String ANY = "(?:\\.\\*|\\.\\+|\\[[^\\]]*\\][+*]|\\\\w[+*]|\\\\S[+*])\\??";
    private static final String ONE_LABEL = "\\[[^\\]]*\\][+*].*";
    private static final String GROUP = "\\((?:\\?:|\\?P?<\\w+>)?";
    /** Any labels and a dot, or nothing: {@code (.*\.)?}, {@code (^|\.)}, {@code (.+\.|)}. */
    private static final Pattern SELF_AND_BELOW = Pattern.compile(GROUP + "(?:"
            + "(?:" + ANY + "|" + GROUP + ANY + "\\))\\\\\\.\\)\\?"
            + "|\\^\\|\\\\\\.\\)"
            + "|\\^\\|" + ANY + "\\\\\\.\\)"
            + "|" + ANY + "\\\\\\.\\|\\^?\\)"
            + "|\\|" + ANY + "\\\\\\.\\))");
    /** Any labels, then a dot. */
    private static final Pattern BELOW = Pattern.compile(
            "(?:" + ANY + "|" + GROUP + ANY + "\\)|" + GROUP + "[^()|]*\\)\\+)\\\\\\.|" + GROUP + ANY + "\\\\\\.\\)");
    /** Any characters, without a dot behind. */
    private static final Pattern CHARACTERS = Pattern.compile(ANY);

    private String rest;
    private String difference = "";

    private NameRegex(String rest) {
        this.rest = rest;
    }

    /**
     * Reads an expression.
     *
     * @param whole whether the peer compares the whole name, and ^ and $ are implied
     */
    public static Names read(String regex, boolean whole) {
        if (regex.length() > MAX_LENGTH) {
            return Names.NONE;
        }
        return new NameRegex(regex).names(whole);
    }

    private Names names(boolean whole) {
        skip("(?i)");
        boolean begins = skip("^") || whole;
        boolean ends = whole || rest.endsWith("$");
        rest = rest.endsWith("$") ? rest.substring(0, rest.length() - 1) : rest;
        String prefix = prefix(begins);
        List<String> texts = literals(rest, 0);
        if (texts == null) {
            return Names.NONE;
        }
        if (!ends) {
            differs("the expression has no $ at its end, and usher takes names that end so");
        }
        return named(prefix, texts);
    }

    private Names named(String prefix, List<String> texts) {
        Set<RoutePattern> patterns = new LinkedHashSet<>();
        try {
            texts.forEach(text -> patterns.add(RoutePattern.parse(prefix + text)));
        } catch (IllegalArgumentException _) {
            return Names.NONE;
        }
        boolean tops = !prefix.isEmpty()
                && patterns.stream().anyMatch(pattern -> pattern.name().indexOf('.') < 0);
        return tops && texts.size() > 1 ? Names.NONE : new Names(List.copyOf(patterns), difference);
    }

    /** The pattern's beginning: empty for exact names, {@code *.} or {@code .} for suffixes. */
    private String prefix(boolean begins) {
        if (taken(SELF_AND_BELOW)) {
            return ".";
        }
        String head = rest;
        if (taken(BELOW)) {
            if (head.matches(GROUP + "?" + ONE_LABEL) || head.startsWith("[")) {
                differs("the expression takes one label, and *. any depth below");
            }
            return "*.";
        }
        if (skip("\\.")) {
            return "*.";
        }
        if (taken(CHARACTERS) || !begins) {
            differs("the expression also takes names with the same ending and no dot in front");
            return ".";
        }
        return "";
    }

    private void differs(String how) {
        difference = difference.isEmpty() ? how : difference + "; " + how;
    }

    private boolean taken(Pattern pattern) {
        Matcher head = pattern.matcher(rest);
        if (!head.lookingAt()) {
            return false;
        }
        rest = rest.substring(head.end());
        return true;
    }

    private boolean skip(String text) {
        boolean there = rest.startsWith(text);
        rest = there ? rest.substring(text.length()) : rest;
        return there;
    }

    /** The names of an expression of letters, escaped dots and groups of alternatives; null for any other. */
    private static @Nullable List<String> literals(String regex, int depth) {
        List<String> texts = List.of("");
        for (int at = 0; at < regex.length(); ) {
            char c = regex.charAt(at);
            List<String> next;
            if (c == '(' && depth == 0) {
                int close = regex.indexOf(')', at);
                next = close < 0 ? null : alternatives(regex.substring(at + 1, close));
                at = close + 1;
            } else {
                boolean escaped = c == '\\';
                at += escaped ? 1 : 0;
                String literal = at < regex.length() ? literal(regex.charAt(at)) : null;
                next = literal == null ? null : List.of(literal);
                at++;
            }
            if (next == null) {
                return null;
            }
            boolean optional = at < regex.length() && regex.charAt(at) == '?';
            at += optional ? 1 : 0;
            texts = joined(texts, next, optional);
            if (texts.size() > MAX_NAMES) {
                return null;
            }
        }
        return texts;
    }

    private static @Nullable String literal(char c) {
        return Character.isLetterOrDigit(c) || c == '.' || c == '-' || c == '_' ? String.valueOf(c) : null;
    }

    private static @Nullable List<String> alternatives(String group) {
        List<String> all = new ArrayList<>();
        for (String each : group.replaceFirst("^\\?(?::|P?<\\w+>)", "").split("\\|", -1)) {
            List<String> texts = literals(each, 1);
            if (texts == null) {
                return null;
            }
            all.addAll(texts);
        }
        return all;
    }

    private static List<String> joined(List<String> heads, List<String> tails, boolean optional) {
        List<String> all = new ArrayList<>();
        for (String head : heads) {
            if (optional) {
                all.add(head);
            }
            tails.forEach(tail -> all.add(head + tail));
        }
        return all;
    }
}
