package dev.usher.config;

import java.nio.charset.StandardCharsets;

/**
 * The file of a unix socket.
 *
 * @param path absolute, without empty, {@code .} and {@code ..} parts; at most {@link #MAX_BYTES} bytes in UTF-8
 */
public record UnixPath(String path) implements Address {
    /** The kernel's room for a path (sun_path), without the zero at the end. */
    public static final int MAX_BYTES = 107;

    /** Begins the text of every such address. */
    public static final String SCHEME = "unix:";

    public UnixPath {
        check(Check.present(path, "path of a unix socket"));
    }

    /** Whether a text means a unix socket, in our form or in the form of other programs. */
    public static boolean isMeant(String text) {
        return text.startsWith(SCHEME)
                || text.startsWith("unix@")
                || text.startsWith("abns@")
                || text.startsWith("/")
                || text.startsWith("@");
    }

    /** Reads {@code unix:/run/nginx.sock}. Throws {@link IllegalArgumentException} with our form for other forms. */
    static UnixPath parse(String text) {
        if (text.startsWith("@") || text.startsWith("abns@") || text.startsWith(SCHEME + "@")) {
            throw new IllegalArgumentException('"' + text
                    + "\" is an abstract socket, which Java cannot open: write a socket file, as unix:/run/name.sock");
        }
        if (!text.startsWith(SCHEME)) {
            String path = text.startsWith("/") ? text : text.substring("unix@".length());
            throw new IllegalArgumentException('"' + text + "\": a unix socket is written " + SCHEME + path);
        }
        String path = text.substring(SCHEME.length());
        if (path.startsWith("//")) {
            throw new IllegalArgumentException(
                    '"' + text + "\" has too many slashes: write " + SCHEME + "/" + path.replaceFirst("^/+", ""));
        }
        return new UnixPath(path);
    }

    private static void check(String path) {
        Check.that(
                path.startsWith("/") && !path.endsWith("/"),
                () -> '"' + path + "\" is not the absolute path of a socket file, as unix:/run/name.sock");
        Check.that(
                !(path + "/").matches(".*/\\.{0,2}/.*"),
                () -> '"' + path + "\": write the path without \"//\", \"/./\" and \"/../\"");
        Check.that(
                path.chars().noneMatch(c -> c < ' ' || c == 127),
                () -> '"' + Printable.of(path) + "\" has a control character in the path");
        int bytes = path.getBytes(StandardCharsets.UTF_8).length;
        Check.that(
                bytes <= MAX_BYTES,
                () -> "the path of a unix socket has at most " + MAX_BYTES + " bytes, was " + bytes);
    }

    @Override
    public boolean clashesWith(Address other) {
        return equals(other);
    }

    @Override
    public boolean isLoopback() {
        return true;
    }

    /** Text that {@link Address#parse} can read. */
    @Override
    public String toString() {
        return SCHEME + path;
    }
}
