package dev.usher.server;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.usher.login.Passwords;
import java.nio.charset.StandardCharsets;

/** Compares passwords with bcrypt hashes. */
final class Bcrypt implements Passwords {
    /** Further bytes have no part in a hash: a longer password would fit by its beginning. */
    private static final int MAX_BYTES = 72;

    @Override
    public boolean matches(String hash, String password) {
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        boolean usable = bytes.length <= MAX_BYTES && password.indexOf('\0') < 0;
        byte[] compared = usable ? bytes : new byte[0]; // costs the same as a usable one
        boolean fits = BCrypt.verifyer().verify(compared, hash.getBytes(StandardCharsets.US_ASCII)).verified;
        return fits && usable;
    }
}
