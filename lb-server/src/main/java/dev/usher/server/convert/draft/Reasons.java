package dev.usher.server.convert.draft;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reasons for statements without an equal in usher's file, by the statement's first word or words. Immutable. */
public final class Reasons {
    /** For a statement of which nothing more is known. */
    public static final String NO_EQUAL = "usher has no equal";

    private static final String SEPARATOR = ",\\s*";

    private final Map<String, String> byStart;

    private Reasons(Map<String, String> byStart) {
        this.byStart = byStart;
    }

    /** Reads a list: a reason on a line, and below, indented, the starts of its statements, with commas between. */
    public static Reasons in(String list) {
        Map<String, String> byStart = new HashMap<>();
        String reason = "";
        for (String line : list.lines().toList()) {
            if (line.startsWith(" ")) {
                put(byStart, reason, line.strip().split(SEPARATOR));
            } else {
                reason = line;
            }
        }
        return new Reasons(Map.copyOf(byStart));
    }

    /** These reasons, and a reason for the statements with these starts. */
    public Reasons because(String reason, String... starts) {
        Map<String, String> more = new HashMap<>(byStart);
        put(more, reason, starts);
        return new Reasons(Map.copyOf(more));
    }

    private static void put(Map<String, String> byStart, String reason, String... starts) {
        for (String start : starts) {
            byStart.put(start, reason);
        }
    }

    /** The reason of the first of these starts that has a reason; null if no start has a reason. */
    public @Nullable String of(String... starts) {
        for (String start : starts) {
            String reason = byStart.get(start);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }
}
