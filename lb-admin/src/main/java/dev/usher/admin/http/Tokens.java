package dev.usher.admin.http;

import dev.usher.config.AdminConfig.Token;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds a token by its secret. */
final class Tokens {
    private Tokens() {}

    /** The token in {@code known} with the hash of {@code presented}; the time taken does not depend on the answer. */
    static @Nullable Token find(List<Token> known, String presented) {
        byte[] hash = Sha256.of(presented);
        Token found = null;
        for (Token token : known) {
            if (MessageDigest.isEqual(hash, HexFormat.of().parseHex(token.sha256()))) {
                found = token;
            }
        }
        return found;
    }
}
