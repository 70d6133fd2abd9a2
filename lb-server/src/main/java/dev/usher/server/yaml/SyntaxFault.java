package dev.usher.server.yaml;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** Explains errors of the YAML parser in the words of someone who edits a file. */
final class SyntaxFault {
    /** For example {@code workers:4}: a key and its value, but for a missing space. */
    private static final Pattern GLUED =
            Pattern.compile("^\\s*(?:- )?[^\\s:#'\"\\[{][^:#]*(?<at>:)(?=[^\\s:])(?!.*:(?:\\s|$))");

    /** For example {@code workers 4}: a key and its value, but for a missing colon. */
    private static final Pattern UNCOLONED =
            Pattern.compile("^\\s*(?:- )?(?<at>[^\\s:#'\"\\[{-][^\\s:#'\"\\[{]*)\\s+[^\\s#](?!.*:(?:\\s|$))");

    private static final Pattern STARRED = Pattern.compile("\\*[^\\s:,\\]}#]*");

    private static final Pattern GLUED_VALUE = Pattern.compile("[^\\s:#'\"\\[{][^\\s:#]*(?<at>:)[^\\s:].*");
    private static final Pattern BRACKETED = Pattern.compile("\\[[0-9A-Fa-f:.%]*:[0-9A-Fa-f:.%]*\\](?::[0-9]+)?");
    /** For example <code>{sub}.lan:443</code>. */
    private static final Pattern TEMPLATE =
            Pattern.compile("[^\\s\"'\\[\\],:{}]*(?:\\{(?:name|sub|port)\\}[^\\s\"'\\[\\],{}]*)+");

    private static final Pattern PORT = Pattern.compile("(?<![^\\s\\[,{]):[0-9]+");
    /** YAML's own limit for a key on a line of its own; a host name has 253. Messages repeat the key. */
    static final int MAX_KEY = 1024;

    static final String TOO_LONG = "a key has at most " + MAX_KEY + " characters";
    static final String NO_SPACE = "a space is missing after this colon";

    private SyntaxFault() {}

    /** The colon of a text such as {@code workers:4}; null if the text at {@code place} has no such colon. */
    static @Nullable Place glued(Place place) {
        String line = place.source().line(place.line());
        int begin = line.offsetByCodePoints(0, Math.min(place.column() - 1, line.codePointCount(0, line.length())));
        Matcher text = GLUED_VALUE.matcher(line.substring(begin));
        return text.matches() ? new Place(place.source(), place.line(), place.column() + text.start("at"), 1) : null;
    }

    /**
     * The colon of a key and a value in the place of a mapping; null for any other text.
     *
     * @param called path of the mapping
     * @param pointed place of the mapping's key
     * @param meant true if the text has a meaning as a value
     */
    static @Nullable Place glued(Item.Scalar scalar, String called, Place pointed, boolean meant) {
        int colon = scalar.text().indexOf(':');
        boolean known = colon > 0
                && !KeyHelp.sectionsOf(scalar.text().substring(0, colon)).isEmpty();
        boolean below = scalar.place().line() > pointed.line();
        return known || (below && (!meant || KeyHelp.takesAnyKey(called))) ? glued(scalar.place()) : null;
    }

    static void note(MarkedYamlEngineException fault, Source source, Problems problems) {
        String problem = fault.getProblem();
        String context = fault.getContext() == null ? "" : fault.getContext();
        boolean keyExpected = context.contains("simple key") || problem.contains("mapping values are not allowed");
        Place found = place(fault.getProblemMark().orElse(null), source);
        Place begun = place(fault.getContextMark().orElse(null), source);
        Place uncoloned = keyExpected ? before(found, UNCOLONED) : null;
        Place glued = keyExpected ? before(found, GLUED) : null;
        String address = around(found, BRACKETED);
        String template = around(found, TEMPLATE);
        String port = around(found, PORT);
        Unindented.Line outdented = Unindented.above(found);
        Place longKey = keyExpected ? longKey(context.isEmpty() ? found : begun) : null;
        if (longKey != null) {
            problems.error(longKey, TOO_LONG);
        } else if (outdented != null) {
            problems.error(outdented.key(), outdented.message());
        } else if (address != null) {
            problems.error(
                    found,
                    "a list cannot begin with a colon, nor go on after its bracket",
                    "an IPv6 address needs quotes: \"" + address + "\"");
        } else if (template != null) {
            problems.error(found, "a { begins a mapping", "put the address in quotes: \"" + template + "\"");
        } else if (port != null) {
            problems.error(found, "a colon cannot begin a value here", "put the port in quotes: \"" + port + "\"");
        } else if (uncoloned != null) {
            problems.error(uncoloned, "a colon is missing after this key");
        } else if (glued != null) { // the parser sees the fault a line later: a text without the space may go on
            problems.error(glued, NO_SPACE);
        } else if (context.contains("simple key")) {
            problems.error(begun, "a key needs a colon and a space after it");
        } else if (context.contains("alias")) {
            problems.error(
                    begun,
                    "a value that begins with * is a YAML alias",
                    "put the name in quotes: \"" + starred(begun) + "\"");
        } else if (problem.contains("(TAB)")) {
            problems.error(found, "a tab cannot indent or separate here: use spaces");
        } else if (context.contains("quoted scalar")) {
            problems.error(begun, "this quote is never closed");
        } else if (context.contains("flow sequence")) {
            problems.error(found, "expected , or ] of the list that begins at " + begun);
        } else if (context.contains("flow mapping")) {
            problems.error(found, "expected , or } of the mapping that begins at " + begun);
        } else if (context.contains("flow node") && problem.contains("<stream end>")) {
            problems.error(found, "the file ends inside a list or a mapping: a ] or } is missing");
        } else if (problem.contains("mapping values are not allowed")) {
            problems.error(
                    found,
                    "a second colon, or a more indented line below a value",
                    "put a value that has a colon and a space in quotes; give keys of one mapping the same indent");
        } else if (context.contains("block mapping") || context.contains("block collection")) {
            problems.error(
                    found,
                    "expected another key or the end of the block that begins at " + begun,
                    "keys of one mapping have the same indent");
        } else {
            problems.error(found, context.isEmpty() ? problem : problem + " " + context);
        }
    }

    /** The key at the beginning of a line, if longer than a key may be; else null. */
    private static @Nullable Place longKey(Place at) {
        String line = at.source().line(at.line());
        int begin = 0;
        while (begin < line.length() && " -".indexOf(line.charAt(begin)) >= 0) {
            begin++;
        }
        String quote =
                line.startsWith("\"", begin) || line.startsWith("'", begin) ? line.substring(begin, begin + 1) : "";
        int end = (line + " ").indexOf(quote + ": ", begin + quote.length());
        return end - begin > MAX_KEY ? new Place(at.source(), at.line(), begin + 1, 1) : null;
    }

    /** The group {@code at} of a pattern in the line before {@code found}; null if the line does not match. */
    private static @Nullable Place before(Place found, Pattern kind) {
        int line = found.line() - 1;
        while (line > 0 && found.source().line(line).isBlank()) {
            line--;
        }
        Matcher key = kind.matcher(line > 0 ? found.source().line(line) : "");
        return key.find()
                ? new Place(found.source(), line, key.start("at") + 1, key.end("at") - key.start("at"))
                : null;
    }

    /** The value of a kind in the refused line, with {@code found} within or behind; null without such a value. */
    private static @Nullable String around(Place found, Pattern kind) {
        Matcher value = kind.matcher(found.source().line(found.line()));
        while (value.find()) {
            if (value.start() < found.column() && found.column() <= value.end() + 1) {
                return value.group();
            }
        }
        return null;
    }

    private static String starred(Place begun) {
        String line = begun.source().line(begun.line());
        Matcher star = STARRED.matcher(line);
        return star.find(Math.min(begun.column() - 1, line.length())) ? star.group() : "*.example.com";
    }

    /** The parser takes a carriage return at the very end for a character of its line. */
    private static Place place(@Nullable Mark mark, Source source) {
        if (mark == null) {
            return new Place(source, 1, 1, 1);
        }
        String line = source.line(mark.getLine() + 1);
        int end = line.codePointCount(0, line.length()) + 1;
        return new Place(source, mark.getLine() + 1, Math.min(mark.getColumn() + 1, end), 1);
    }
}
