package dev.usher.server.convert.haproxy;

import dev.usher.server.convert.draft.Statement;
import dev.usher.server.convert.draft.Unreadable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A section.
 *
 * @param kind {@code frontend}, {@code backend}, {@code listen}, {@code defaults}, {@code global}, or any other
 * @param defaults the {@code defaults} section in force; null before the first
 */
record HaproxySection(
        String kind,
        String name,
        HaproxyLine head,
        List<HaproxyLine> lines,
        @Nullable HaproxySection defaults) {
    private static final Set<String> KINDS = Set.of(
            "global",
            "defaults",
            "frontend",
            "backend",
            "listen",
            "resolvers",
            "peers",
            "userlist",
            "mailers",
            "cache",
            "program",
            "http-errors",
            "ring",
            "fcgi-app",
            "log-forward",
            "crt-list",
            "crt-store",
            "traces",
            "acme",
            "log-profile",
            "ruleset");

    static List<HaproxySection> of(List<HaproxyLine> lines) {
        List<HaproxySection> sections = new ArrayList<>();
        Map<String, HaproxySection> named = new HashMap<>();
        HaproxySection defaults = null;
        for (HaproxyLine line : lines) {
            if (KINDS.contains(line.first()) && !isSetting(line, sections)) {
                int from = line.words().indexOf("from");
                HaproxySection base = from > 1 ? named.getOrDefault(line.word(from + 1), defaults) : defaults;
                HaproxySection section = new HaproxySection(line.first(), line.word(1), line, new ArrayList<>(), base);
                sections.add(section);
                if (section.kind.equals("defaults")) {
                    defaults = section;
                    named.put(section.name, section);
                }
            } else if (sections.isEmpty()) {
                throw new Unreadable(
                        line.statement(), "no section begins before this line, such as frontend or backend");
            } else {
                sections.getLast().lines.add(line);
            }
        }
        return sections;
    }

    /** A keyword with a second meaning, as a setting. */
    private static boolean isSetting(HaproxyLine line, List<HaproxySection> sections) {
        return !sections.isEmpty()
                && line.words().size() > 1
                && ((line.first().equals("cache") && line.word(1).contains("/"))
                        || (line.first().equals("acme") && line.words().size() > 2));
    }

    boolean isHttp() {
        HaproxyLine mode = last("mode");
        return mode != null && mode.word(1).equals("http");
    }

    /** The last line with such a beginning, of this section or else of the defaults. */
    @Nullable
    HaproxyLine last(String... start) {
        HaproxyLine found = null;
        for (HaproxyLine line : lines) {
            found = line.begins(start) ? line : found;
        }
        return found == null && defaults != null ? defaults.last(start) : found;
    }

    /** Lines of the defaults in force here. */
    List<HaproxyLine> inherited() {
        return defaults == null ? List.of() : defaults.lines;
    }

    /** The section as a whole, for a remark. */
    Statement whole() {
        Statement first = head.statement();
        int end = lines.isEmpty() ? first.line() : lines.getLast().statement().line();
        return new Statement(first.file(), first.line(), first.column(), end, first.text());
    }
}
