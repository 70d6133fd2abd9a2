package dev.usher.server.convert.haproxy;

import dev.usher.config.RoutePattern;
import dev.usher.server.convert.draft.Names;
import dev.usher.server.convert.draft.PeerText;
import dev.usher.server.convert.draft.Remarks;
import dev.usher.server.convert.draft.Statement;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The backend of a {@code use_backend} line: a name, a map from server names to backends, or a name made from the server
 * name.
 */
final class HaproxyBackendName {
    private static final Pattern MAP =
            Pattern.compile("%\\[req[._]ssl_sni(?:,lower)?,map(?:_(\\w+))?\\(([^,()]+)(?:,([^()]*))?\\)(?:,lower)?\\]");
    private static final Pattern MADE = Pattern.compile("([^%]*)%\\[req[._]ssl_sni(?:,lower)?\\]([^%]*)");

    private final HaproxyLine line;
    private final Remarks remarks;
    private final Matcher map;
    private final Matcher made;

    HaproxyBackendName(HaproxyLine line, Remarks remarks) {
        this.line = line;
        this.remarks = remarks;
        map = MAP.matcher(line.word(1));
        made = MADE.matcher(line.word(1));
    }

    boolean isFixed() {
        return line.word(1).indexOf('%') < 0;
    }

    /** The backend for names outside the map. */
    Optional<String> otherwise() {
        return map.matches() ? Optional.ofNullable(map.group(3)).map(String::strip) : Optional.empty();
    }

    /** Backends by pattern, in the order of the map. */
    Map<RoutePattern, String> rules(Collection<String> backends) {
        if (map.matches()) {
            return ofMap(map.group(2));
        }
        if (made.matches()) {
            return ofBackends(made.group(1), made.group(2), backends);
        }
        remarks.leftOut(line.statement(), "usher has maps from the whole server name alone");
        return Map.of();
    }

    private Map<RoutePattern, String> ofMap(String path) {
        Map<RoutePattern, String> rules = new LinkedHashMap<>();
        try {
            PeerText file = PeerText.named(line.statement().file().resolveSibling(path));
            int number = 0;
            for (String entry : file.text().split("\r?\n", -1)) {
                number++;
                add(Statement.at(file.file(), number, 1, entry.strip()), rules);
            }
        } catch (IOException | InvalidPathException fault) {
            remarks.leftOut(line.statement(), path + " " + fault.getMessage() + ": names in the map are not known");
        }
        return rules;
    }

    private void add(Statement entry, Map<RoutePattern, String> rules) {
        List<String> words = List.of(entry.text().split("\\s+", 2));
        if (entry.text().isEmpty() || entry.text().startsWith("#")) {
            return;
        }
        if (words.size() < 2) {
            remarks.leftOut(entry, "the line has no backend");
            return;
        }
        Names names = HaproxyTest.names(entry, map.group(1) == null ? "str" : map.group(1), words.getFirst(), remarks);
        names.patterns().forEach(pattern -> rules.putIfAbsent(pattern, words.get(1)));
    }

    /** A backend called after a server name has the name as a route. */
    private Map<RoutePattern, String> ofBackends(String before, String after, Collection<String> backends) {
        Map<RoutePattern, String> rules = new LinkedHashMap<>();
        for (String backend : backends) {
            boolean fits = backend.startsWith(before)
                    && backend.endsWith(after)
                    && backend.length() > before.length() + after.length();
            String name = fits ? backend.substring(before.length(), backend.length() - after.length()) : "";
            if (name.indexOf('.') > 0) {
                HaproxyTest.names(line.statement(), "str", name, remarks)
                        .patterns()
                        .forEach(pattern -> rules.putIfAbsent(pattern, backend));
            }
        }
        if (rules.isEmpty()) {
            remarks.leftOut(line.statement(), "no backend is called after a server name");
        }
        return rules;
    }
}
