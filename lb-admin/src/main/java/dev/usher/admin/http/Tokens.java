package dev.usher.admin.http;

import dev.usher.config.AdminConfig.Token;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds whose token it is. */
final class Tokens {
    private Tokens() {}

    /** The one among {@code known} whose hash is the one of {@code presented}; takes as long for every answer. */
    static @Nullable Token find(List<Token> known, String presented) {
        byte[] hash = sha256(presented);
        Token found = null;
        for (Token token : known) {
            if (MessageDigest.isEqual(hash, HexFormat.of().parseHex(token.sha256()))) {
                found = token;
            }
        }
        return found;
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
