package dev.usher.opening;

import dev.usher.login.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A name and a password in a field of HTTP, by the scheme Basic (RFC 7617). */
final class BasicLogin {
    private static final String SCHEME = "Basic ";

    private BasicLogin() {}

    /** The credentials; null unless there is one field, of the scheme, and well-formed. */
    static @Nullable Credentials of(List<String> fields) {
        if (fields.size() != 1 || !fields.getFirst().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        String text = decoded(fields.getFirst().substring(SCHEME.length()).strip());
        int colon = text.indexOf(':');
        return colon <= 0 ? null : new Credentials(text.substring(0, colon), text.substring(colon + 1));
    }

    /** Empty for anything but Base64. */
    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }
}
