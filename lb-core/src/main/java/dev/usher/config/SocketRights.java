package dev.usher.config;

import org.jspecify.annotations.Nullable;

/**
 * The rights of a listener's socket files: whoever may write may connect.
 *
 * @param mode in octal, as {@code 0660}
 * @param owner {@code user}, {@code user:group} or {@code :group}; null leaves usher's own user and group
 */
public record SocketRights(String mode, @Nullable String owner) {
    /** For usher's own user alone. */
    public static final SocketRights DEFAULT = new SocketRights("0600", null);

    private static final int OCTAL = 8;
    private static final int WRITE_BITS = 0222;

    public SocketRights {
        Check.that(
                Check.present(mode, "mode").matches("0?[0-7]{3}"),
                '"' + mode + "\" is no mode: write three octal digits, as 0660");
        mode = mode.length() == 3 ? "0" + mode : mode;
        Check.that((bits(mode) & WRITE_BITS) != 0, mode + " lets nobody connect: that takes the right to write");
        Check.that(
                owner == null || owner.matches("[^:\\s]+|[^:\\s]*:[^:\\s]+"),
                '"' + owner + "\" is none of user, user:group and :group");
    }

    private static int bits(String mode) {
        return Integer.parseInt(mode, OCTAL);
    }

    /** The nine bits of the mode. */
    public int modeBits() {
        return bits(mode);
    }

    public SocketRights withOwner(String owner) {
        return new SocketRights(mode, owner);
    }

    /** Null leaves the user. */
    public @Nullable String user() {
        String user = owner == null ? "" : owner.replaceFirst(":.*", "");
        return user.isEmpty() ? null : user;
    }

    /** Null leaves the group. */
    public @Nullable String group() {
        return owner == null || owner.indexOf(':') < 0 ? null : owner.substring(owner.indexOf(':') + 1);
    }
}
