package dev.usher.config;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The dashboard and the API.
 *
 * @param bind address to listen on; null turns the admin side off
 * @param allowedHosts accepted values of the Host header, without port; guards against DNS rebinding
 * @param tokens access tokens; without any, everyone who can connect has access, which is refused off loopback
 * @param tls null serves plain HTTP, and is refused off loopback
 * @param readOnly whether the API changes nothing, whatever a token's role
 */
public record AdminConfig(
        @Nullable HostPort bind,
        List<String> allowedHosts,
        List<Token> tokens,
        @Nullable Tls tls,
        boolean readOnly) {
    /** The rights of a token; each role includes the rights of the role before. */
    public enum Role {
        VIEWER,
        OPERATOR,
        ADMIN
    }

    /**
     * An access token.
     *
     * @param sha256 of the token, as 64 hexadecimal digits; the token itself is stored nowhere
     */
    public record Token(String name, Role role, String sha256) {
        private static final Pattern SHA256 = Pattern.compile("[0-9a-fA-F]{64}");

        public Token {
            Check.notBlank(name, "tokens.name");
            Check.present(role, "tokens.role");
            Check.that(isSha256(Check.present(sha256, "tokens.sha256")), "tokens.sha256 must be 64 hexadecimal digits");
        }

        /** Whether the text can be a SHA-256: 64 hexadecimal digits. */
        public static boolean isSha256(String text) {
            return SHA256.matcher(text).matches();
        }

        /** Omits the hash, since this text may reach a log. */
        @Override
        public String toString() {
            return "Token[name=" + name + ", role=" + role + ", sha256=***]";
        }
    }

    /** PEM files of the certificate chain and its key. */
    public record Tls(Path cert, Path key) {
        public Tls {
            Check.present(cert, "admin.tls.cert");
            Check.present(key, "admin.tls.key");
        }
    }

    public static final List<String> DEFAULT_ALLOWED_HOSTS = List.of("localhost", "127.0.0.1", "[::1]");

    public static final AdminConfig DEFAULT =
            new AdminConfig(new HostPort("127.0.0.1", 9000), DEFAULT_ALLOWED_HOSTS, List.of(), null, true);
    public static final AdminConfig NONE = new AdminConfig(null, DEFAULT_ALLOWED_HOSTS, List.of(), null, true);

    public AdminConfig {
        allowedHosts = Check.distinct(allowedHosts, "admin.allowed_hosts");
        tokens = List.copyOf(Check.present(tokens, "admin.tokens"));
        Check.distinct(tokens.stream().map(Token::name).toList(), "admin.tokens");
        if (bind != null && !bind.isLoopback()) {
            Check.that(!tokens.isEmpty(), "admin.bind " + bind + " is not loopback, so admin.tokens must be given");
            Check.that(tls != null, "admin.bind " + bind + " is not loopback, so admin.tls must be given");
        }
    }
}
