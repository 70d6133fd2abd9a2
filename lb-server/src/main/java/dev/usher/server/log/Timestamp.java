package dev.usher.server.log;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** RFC 3339 in UTC with milliseconds, always 24 characters: {@code 2026-11-20T07:41:02.123Z}. One thread. */
final class Timestamp {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.").withZone(ZoneOffset.UTC);

    private long second = Long.MIN_VALUE;
    private String text = "";

    /** Appends the time; the text of a second is kept for the next line within this second. */
    void append(StringBuilder out, long epochMillis) {
        long asked = Math.floorDiv(epochMillis, 1000L);
        if (asked != second) {
            second = asked;
            text = SECOND.format(Instant.ofEpochSecond(asked));
        }
        int millis = (int) Math.floorMod(epochMillis, 1000L);
        out.append(text).append((char) ('0' + millis / 100));
        out.append((char) ('0' + millis / 10 % 10)).append((char) ('0' + millis % 10));
        out.append('Z');
    }
}
