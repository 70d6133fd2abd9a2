package dev.usher.watch;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Texts chosen by clients, for events: a text is told once in some minutes, and few texts within the minutes. A single
 * thread.
 */
final class FewTexts {
    /** Texts told within {@link #QUIET}: a few kinds of devices; too few to push out other events. */
    static final int MOST = 5;

    static final Duration QUIET = Duration.ofMinutes(10);
    /** The word for further texts; differs from every text, since texts are escaped. */
    private static final String MORE = "\n";

    private static final int MAX_QUOTED = 80;

    /** The word about a text. */
    enum Word {
        TELL,
        /** Say: there are more texts. */
        SAY_MORE,
        NOTHING
    }

    /** Time of the word, by text, for as long as {@link #QUIET}. */
    private final Map<String, Long> told = new LinkedHashMap<>();

    /** Forgets texts whose minutes are over. */
    void forget(long nowNanos) {
        told.values().removeIf(nanos -> nowNanos - nanos >= QUIET.toNanos());
    }

    boolean has(String text) {
        return told.containsKey(text);
    }

    /** The word for a text; counts as said. */
    Word next(String text, long nowNanos) {
        if (told.containsKey(text)) {
            return Word.NOTHING;
        }
        if (told.size() < MOST) {
            told.put(text, nowNanos);
            return Word.TELL;
        }
        return told.putIfAbsent(MORE, nowNanos) == null ? Word.SAY_MORE : Word.NOTHING;
    }

    /** The text in quotes, cut if long. */
    static String quoted(String text) {
        return text.length() <= MAX_QUOTED ? '"' + text + '"' : '"' + text.substring(0, MAX_QUOTED) + "…\"";
    }
}
