package dev.usher.login;

/** A name and a password, as said by a client. */
public record Credentials(String user, String password) {
    /** The name alone: a password is never printed. */
    @Override
    public String toString() {
        return user;
    }
}
