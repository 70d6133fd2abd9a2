package dev.usher.login;

/** Compares a password with a hash, slowly: never on a worker. Any thread. */
@FunctionalInterface
public interface Passwords {
    /** No password fits. */
    Passwords NONE = (_, _) -> false;

    /**
     * Whether a hash is of a password.
     *
     * @param hash as in {@link dev.usher.config.UserFile}
     */
    boolean matches(String hash, String password);
}
