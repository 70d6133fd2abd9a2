package dev.usher.config;

import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * IP literals, parsed strictly: four decimal octets without leading zeros (RFC 6943 section 3.1.1), or an RFC 4291
 * section 2.2 address without a zone.
 */
public final class IpAddress {
    private IpAddress() {}

    /** Reads the 4 or 16 bytes of an IP literal, IPv6 without brackets; null for any other text. */
    public static byte @Nullable [] parse(String text) {
        return text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
    }

    /**
     * True for names like {@code 10.0.0.256}: the last label is a number, so no resolver may treat the text as a name.
     */
    public static boolean looksNumeric(String host) {
        String last = host.substring(host.lastIndexOf('.') + 1);
        int digits = 0;
        while (digits < last.length() && isDigit(last.charAt(digits))) {
            digits++;
        }
        return digits > 0 && digits == last.length();
    }

    /** The canonical text of an address: RFC 5952 for 16 bytes. */
    public static String text(byte[] address) {
        return address.length == 4 ? textV4(address, 0) : textV6(address);
    }

    static boolean isMapped(byte[] address) {
        if (address.length != 16 || address[10] != -1 || address[11] != -1) {
            return false;
        }
        for (int i = 0; i < 10; i++) {
            if (address[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private static byte @Nullable [] parseV4(String text) {
        byte[] address = new byte[4];
        int at = 0;
        for (int octet = 0; octet < 4; octet++) {
            if (octet > 0 && (at >= text.length() || text.charAt(at++) != '.')) {
                return null;
            }
            int start = at;
            int value = 0;
            while (at < text.length() && at - start < 3 && isDigit(text.charAt(at))) {
                value = value * 10 + text.charAt(at++) - '0';
            }
            boolean leadingZero = at - start > 1 && text.charAt(start) == '0';
            if (at == start || value > 255 || leadingZero) {
                return null;
            }
            address[octet] = (byte) value;
        }
        return at == text.length() ? address : null;
    }

    private static byte @Nullable [] parseV6(String text) {
        int gap = text.indexOf("::");
        if (gap < 0) {
            byte[] whole = groups(text);
            return whole != null && whole.length == 16 ? whole : null;
        }
        byte[] head = groups(text.substring(0, gap));
        byte[] tail = groups(text.substring(gap + 2));
        boolean embeddedBeforeGap = text.substring(0, gap).indexOf('.') >= 0;
        if (head == null || tail == null || embeddedBeforeGap || head.length + tail.length > 14) {
            return null;
        }
        byte[] address = new byte[16];
        System.arraycopy(head, 0, address, 0, head.length);
        System.arraycopy(tail, 0, address, 16 - tail.length, tail.length);
        return address;
    }

    /** Reads the bytes of {@code a:b:c} or {@code a:b:1.2.3.4}; an empty array for an empty text. */
    private static byte @Nullable [] groups(String text) {
        if (text.isEmpty()) {
            return new byte[0];
        }
        byte[] bytes = new byte[16];
        int length = 0;
        int start = 0;
        while (start <= text.length()) {
            int colon = text.indexOf(':', start);
            int end = colon < 0 ? text.length() : colon;
            String group = text.substring(start, end);
            byte[] value = colon < 0 && group.indexOf('.') >= 0 ? parseV4(group) : hexGroup(group);
            if (value == null || length + value.length > 16) {
                return null;
            }
            System.arraycopy(value, 0, bytes, length, value.length);
            length += value.length;
            start = end + 1;
        }
        return Arrays.copyOf(bytes, length);
    }

    private static byte @Nullable [] hexGroup(String group) {
        if (group.isEmpty() || group.length() > 4 || !group.chars().allMatch(HexFormat::isHexDigit)) {
            return null;
        }
        int value = HexFormat.fromHexDigits(group);
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    private static String textV4(byte[] address, int from) {
        return (address[from] & 255) + "." + (address[from + 1] & 255) + "." + (address[from + 2] & 255) + "."
                + (address[from + 3] & 255);
    }

    private static String textV6(byte[] address) {
        if (isMapped(address)) {
            return "::ffff:" + textV4(address, 12);
        }
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (address[2 * i] & 255) << 8 | (address[2 * i + 1] & 255);
        }
        int gap = longestZeroRun(groups);
        int gapEnd = gap;
        while (gapEnd >= 0 && gapEnd < 8 && groups[gapEnd] == 0) {
            gapEnd++;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == gap) {
                text.append("::");
                i = gapEnd - 1;
                continue;
            }
            if (i > 0 && i != gapEnd) {
                text.append(':');
            }
            text.append(Integer.toHexString(groups[i]));
        }
        return text.toString();
    }

    /** The start of the first longest run of at least two zero groups, or -1. */
    private static int longestZeroRun(int[] groups) {
        int best = -1;
        int bestLength = 1;
        for (int start = 0; start < 8; start++) {
            int end = start;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - start > bestLength) {
                best = start;
                bestLength = end - start;
            }
        }
        return best;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
