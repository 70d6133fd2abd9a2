package dev.usher.config;

import java.net.IDN;
import java.util.Locale;

/** DNS names: checked and normalised to lower case, A-labels, no dot at the end. */
public final class HostName {
    private static final int MAX_NAME = 253;
    private static final int MAX_LABEL = 63;
    /** Characters that the JDK's IDNA 2003 maps or drops, while browsers keep them: the name would change silently. */
    private static final String CHANGED_BY_IDNA_2003 = "\u00df\u03c2\u200c\u200d";

    private HostName() {}

    /** Returns the normalised name. Throws {@link IllegalArgumentException} with the fault. */
    public static String normalize(String written) {
        String lower = toAscii(written).toLowerCase(Locale.ROOT);
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        Check.that(!name.isEmpty(), "a host name must not be empty");
        Check.that(
                name.length() <= MAX_NAME,
                () -> "a host name has at most " + MAX_NAME + " characters, this one has " + name.length());
        for (int start = 0; start <= name.length(); ) {
            int dot = name.indexOf('.', start);
            int end = dot < 0 ? name.length() : dot;
            checkLabel(name.substring(start, end), written);
            start = end + 1;
        }
        return name;
    }

    /** Converts letters beyond ASCII to A-labels; other text is returned unchanged. Throws like {@link #normalize}. */
    public static String toAscii(String written) {
        return isAscii(written) ? written : toALabels(written);
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }

    private static String toALabels(String written) {
        for (int i = 0; i < written.length(); i++) {
            if (CHANGED_BY_IDNA_2003.indexOf(written.charAt(i)) >= 0) {
                throw notIdna(written);
            }
        }
        try {
            return IDN.toASCII(written);
        } catch (IllegalArgumentException _) {
            throw notIdna(written);
        }
    }

    private static IllegalArgumentException notIdna(String written) {
        return new IllegalArgumentException(
                '"' + written + "\" cannot be turned into A-labels here: write it as xn--...");
    }

    /** Checks a label. Called for each part of each name of a large file, so messages are built only for a fault. */
    private static void checkLabel(String label, String written) {
        if (label.isEmpty()) {
            throw fault('"' + written + "\" has an empty label (two dots in a row, or one at the start)");
        }
        if (label.length() > MAX_LABEL) {
            throw fault("a label has at most " + MAX_LABEL + " characters, \"" + label + "\" has " + label.length());
        }
        if (label.charAt(0) == '-' || label.charAt(label.length() - 1) == '-') {
            throw fault("label \"" + label + "\" must not begin or end with -");
        }
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            boolean allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
            if (!allowed) {
                throw fault('"' + written + "\" is not a host name: '" + c + "' cannot be part of one");
            }
        }
    }

    private static IllegalArgumentException fault(String message) {
        return new IllegalArgumentException(message);
    }
}
