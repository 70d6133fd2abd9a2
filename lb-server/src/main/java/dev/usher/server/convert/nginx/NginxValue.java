package dev.usher.server.convert.nginx;

import dev.usher.config.Address;
import dev.usher.config.DurationRange;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads nginx's times, numbers and addresses. Each throws {@link IllegalArgumentException} with the fault. */
final class NginxValue {
    private static final Pattern TIME = Pattern.compile("(?:\\d{1,9}+(?:ms|[smhdwMy])?+\\s*+)++");
    private static final Pattern PART = Pattern.compile("(\\d{1,9})(ms|[smhdwMy]?)");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

    private NginxValue() {}

    /** Reads a time such as {@code 1h30m}; a number alone has seconds. */
    static Duration time(String text, DurationRange range) {
        if (!TIME.matcher(text).matches()) {
            throw new IllegalArgumentException('"' + text + "\" is not a time");
        }
        Duration sum = Duration.ZERO;
        for (Matcher part = PART.matcher(text); part.find(); ) {
            sum = sum.plus(part(Long.parseLong(part.group(1)), part.group(2)));
        }
        String fault = range.faultIn(sum);
        if (fault != null) {
            throw new IllegalArgumentException("usher's setting " + fault);
        }
        return sum;
    }

    private static Duration part(long count, String unit) {
        return switch (unit) {
            case "ms" -> Duration.ofMillis(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            case "d" -> Duration.ofDays(count);
            case "w" -> Duration.ofDays(7 * count);
            case "M" -> Duration.ofDays(30 * count);
            case "y" -> Duration.ofDays(365 * count);
            default -> Duration.ofSeconds(count);
        };
    }

    static int number(String text) {
        if (!NUMBER.matcher(text).matches()) {
            throw new IllegalArgumentException('"' + text + "\" is not a number that usher can have");
        }
        return Integer.parseInt(text);
    }

    /** Reads the address of a backend; {@code host:port} or {@code unix:/path}. */
    static Address backend(String text) {
        return Address.parse(text);
    }

    /** @param usualPort with a colon, for an address without a port; may be empty */
    static Address backend(String text, String usualPort) {
        boolean bare = !text.startsWith("unix:") && !text.matches(".*:\\d+") && !text.endsWith("}");
        return backend(bare ? text + usualPort : text);
    }
}
