package dev.usher.server.yaml;

import org.jspecify.annotations.Nullable;

/** Detects text encodings other than UTF-8 by the first bytes of a file. */
final class Encoding {
    /** Two characters of 16 bits: in ASCII text, each has one zero byte. */
    private static final int ENOUGH = 4;

    private Encoding() {}

    /** The name of the encoding; null if the text may be UTF-8. */
    static @Nullable String foreign(byte[] bytes) {
        if (bytes.length < 2) {
            return null;
        }
        if (starts(bytes, 0xFF, 0xFE, 0, 0) || starts(bytes, 0, 0, 0xFE, 0xFF)) {
            return "UTF-32";
        }
        if (starts(bytes, 0xFF, 0xFE)) {
            return "UTF-16 (little endian)";
        }
        if (starts(bytes, 0xFE, 0xFF)) {
            return "UTF-16 (big endian)";
        }
        if (bytes.length < ENOUGH) {
            return null;
        }
        if (bytes[0] != 0 && bytes[1] == 0 && bytes[2] != 0 && bytes[3] == 0) {
            return "UTF-16 (little endian)";
        }
        if (bytes[0] == 0 && bytes[1] != 0 && bytes[2] == 0 && bytes[3] != 0) {
            return "UTF-16 (big endian)";
        }
        return null;
    }

    private static boolean starts(byte[] bytes, int... with) {
        if (bytes.length < with.length) {
            return false;
        }
        for (int i = 0; i < with.length; i++) {
            if ((bytes[i] & 0xFF) != with[i]) {
                return false;
            }
        }
        return true;
    }
}
