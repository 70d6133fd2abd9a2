package dev.usher.config;

import java.nio.charset.StandardCharsets;

/**
 * The file of a unix socket, or the name of an abstract socket, which has no file.
 *
 * @param path absolute, without empty, {@code .} and {@code ..} parts, at most {@link #MAX_BYTES} bytes in UTF-8; or a name
 *     behind {@code @}
 */
public record UnixPath(String path) implements Address {
    /** The kernel's room for a path (sun_path), without the zero at the end. */
    public static final int MAX_BYTES = 107;

    /** Begins an abstract name, in place of the kernel's zero byte. */
    private static final String ABSTRACT = "@";

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
                || text.startsWith("abnsz@")
                || text.startsWith("/")
                || text.startsWith("@");
    }

    /** Reads {@code unix:/run/nginx.sock}. Throws {@link IllegalArgumentException} with our form for other forms. */
    static UnixPath parse(String text) {
        Check.that(
                !Placeholders.in(text),
                () -> '"' + text + "\" has a placeholder, which only host:port of a backend may have");
        if (text.startsWith("abns@")) {
            throw new IllegalArgumentException('"' + text
                    + "\": HAProxy fills such a name up with zeros, and usher does not: write abnsz@ there (HAProxy 3.1), and"
                    + " here unix:@" + text.substring("abns@".length()));
        }
        if (!text.startsWith(SCHEME)) {
            String path = text.startsWith("/") || text.startsWith(ABSTRACT)
                    ? text
                    : text.replaceFirst("^unix@", "").replaceFirst("^abnsz@", ABSTRACT);
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
        if (path.startsWith(ABSTRACT)) {
            checkName(path.substring(ABSTRACT.length()));
            return;
        }
        Check.that(
                path.startsWith("/") && !path.endsWith("/"),
                () -> '"' + path + "\" is not the absolute path of a socket file, as unix:/run/name.sock");
        Check.that(
                !(path + "/").matches(".*/\\.{0,2}/.*"),
                () -> '"' + path + "\": write the path without \"//\", \"/./\" and \"/../\"");
        Check.that(
                path.chars().noneMatch(c -> c < ' ' || c == 127),
                () -> '"' + Printable.of(path) + "\" has a control character in the path");
        checkLength("path of a unix socket", path);
    }

    private static void checkName(String name) {
        Check.that(
                name.matches("/?[!-.0-~]+(/[!-.0-~]+)*"),
                () -> "\"@" + Printable.of(name)
                        + "\" is no abstract name, as unix:@name: letters, digits and signs of ASCII, no blank, no slash at the end");
        checkLength("name of an abstract socket", name);
    }

    private static void checkLength(String what, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        Check.that(bytes <= MAX_BYTES, () -> "the " + what + " has at most " + MAX_BYTES + " bytes, was " + bytes);
    }

    /** Whether an address is the file of a unix socket. */
    public static boolean isFile(Address address) {
        return address instanceof UnixPath path && !path.isAbstract();
    }

    /** Whether the socket has no file: only {@link Transport#EPOLL} opens such sockets, and any local process may connect. */
    public boolean isAbstract() {
        return path.startsWith(ABSTRACT);
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
