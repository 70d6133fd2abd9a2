package dev.usher.server.yaml;

import org.jspecify.annotations.Nullable;

/** Text encodings that a file may have by mistake, told from its first bytes. */
final class Encoding {
    /** Two characters of 16 bits: of ASCII text each has one byte that is 0. */
    private static final int ENOUGH = 4;

    private Encoding() {}

    /** The encoding, in words; null if it may be UTF-8. */
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
