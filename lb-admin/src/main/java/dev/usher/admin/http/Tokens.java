package dev.usher.admin.http;

import dev.usher.config.AdminConfig.Token;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds whose token it is. */
final class Tokens {
    private Tokens() {}

    /** The one among {@code known} whose hash is the one of {@code presented}; takes as long for every answer. */
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
