package dev.usher.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities as people write them: {@code 250ms 5s 10m 2h 21d}, {@code 512B 64KiB 1MiB}, {@code 10%}. The unit is
 * required.
 */
public final class Units {
    private static final Pattern QUANTITY = Pattern.compile("(-?)(\\d{1,15})(\\.\\d+)? *([A-Za-z%]*)");

    private Units() {}

    /** Reads {@code 5s}. Throws {@link IllegalArgumentException} with advice. */
    public static Duration duration(String text) {
        Matcher parts = parts(text, "a duration as 250ms, 5s, 10m, 2h or 21d", "5s");
        long count = Long.parseLong(parts.group(2));
        if (parts.group(4).isEmpty()) {
            throw new IllegalArgumentException("a duration needs its unit: write " + count + "s (or ms, m, h, d)");
        }
        if (parts.group(3) != null) {
            throw new IllegalArgumentException(
                    '"' + text + "\" is not a whole number: use the next smaller unit, such as 1500ms for 1.5s");
        }
        try {
            return switch (parts.group(4)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                case "d" -> Duration.ofDays(count);
                default ->
                    throw new IllegalArgumentException(
                            "unknown unit \"" + parts.group(4) + "\" in \"" + text + "\": use ms, s, m, h or d");
            };
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException('"' + text + "\" is too long a time", overflow);
        }
    }

    /** Reads {@code 64KiB} as a number of bytes. Throws {@link IllegalArgumentException} with advice. */
    public static long bytes(String text) {
        Matcher parts = parts(text, "a size as 512B, 64KiB or 1MiB", "64KiB");
        long count = Long.parseLong(parts.group(2));
        if (parts.group(4).isEmpty()) {
            throw new IllegalArgumentException(
                    "a size needs its unit: write " + sizeText(count) + " (B, KiB, MiB, GiB)");
        }
        if (parts.group(3) != null) {
            throw new IllegalArgumentException('"' + text + "\" is not a whole number: use the next smaller unit");
        }
        int shift = switch (parts.group(4)) {
            case "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default ->
                throw new IllegalArgumentException(
                        "unknown unit \"" + parts.group(4) + "\" in \"" + text + "\": use B, KiB, MiB or GiB");
        };
        if (count > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException('"' + text + "\" is too large a size");
        }
        return count << shift;
    }

    /** Reads {@code 10%} as 10, 0 to 100. Throws {@link IllegalArgumentException} with advice. */
    public static int percent(String text) {
        Matcher parts = parts(text, "a share as 10%", "10%");
        if (parts.group(4).isEmpty()) {
            throw new IllegalArgumentException("a share needs its unit: write a percentage, such as 10%");
        }
        long count = Long.parseLong(parts.group(2));
        if (!parts.group(4).equals("%") || parts.group(3) != null || count > 100) {
            throw new IllegalArgumentException('"' + text + "\" is not a whole percentage from 0% to 100%");
        }
        return (int) count;
    }

    /** The shortest exact text of a duration in a single unit, readable by {@link #duration}. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        if (seconds % 3600 != 0) {
            return seconds / 60 + "m";
        }
        return seconds % 86_400 == 0 ? seconds / 86_400 + "d" : seconds / 3600 + "h";
    }

    /** The shortest exact text of a size in a single unit, readable by {@link #bytes}. */
    public static String sizeText(long bytes) {
        String[] names = {"B", "KiB", "MiB", "GiB"};
        int unit = 0;
        long count = bytes;
        while (unit < names.length - 1 && count != 0 && count % 1024 == 0) {
            count /= 1024;
            unit++;
        }
        return count + names[unit];
    }

    /**
     * The text of a distance in time, in whole units, rounded towards zero: days from two days on, else hours, minutes,
     * seconds. So a day and a minute are 24 hours, not two days.
     */
    public static String span(Duration duration) {
        long seconds = Math.abs(duration.toSeconds());
        if (seconds >= 2 * 86_400) {
            return counted(seconds / 86_400, "day");
        }
        if (seconds >= 3600) {
            return counted(seconds / 3600, "hour");
        }
        return seconds >= 60 ? counted(seconds / 60, "minute") : counted(seconds, "second");
    }

    /** A count with a noun that has a regular plural: {@code 1 session}, {@code 2 sessions}, {@code 0 sessions}. */
    public static String counted(long count, String thing) {
        return count + " " + thing + (count == 1 ? "" : "s");
    }

    private static Matcher parts(String text, String expected, String example) {
        Matcher parts = QUANTITY.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException('"' + text + "\" is not " + expected);
        }
        if (!parts.group(1).isEmpty()) {
            throw new IllegalArgumentException('"' + text + "\" is negative: write one as " + example);
        }
        return parts;
    }
}
