package dev.usher.server.yaml;

import dev.usher.admin.http.Pem;
import dev.usher.config.AdminConfig;
import dev.usher.config.AdminConfig.Role;
import dev.usher.config.AdminConfig.Tls;
import dev.usher.config.AdminConfig.Token;
import dev.usher.config.HostPort;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code admin}: the address of the admin side, and the people to let in. */
record AdminReader(BindReader binds, Problems problems) {
    /** Output of sha256sum: the hash, then the name of a file, "-" for standard input. */
    private static final Pattern OF_SHA256SUM = Pattern.compile("[0-9a-fA-F]{64}\\s.*");

    AdminConfig read(Fields root) {
        AdminConfig base = AdminConfig.DEFAULT;
        if (root.isNone("admin")) {
            return AdminConfig.NONE;
        }
        Fields fields = root.fields("admin");
        if (fields == null) {
            return base;
        }
        HostPort bind = bind(fields);
        List<String> hosts = fields.list("allowed_hosts", AdminReader::allowedHost, base.allowedHosts());
        List<Token> tokens = tokens(fields);
        Tls tls = tls(fields);
        boolean readOnly = fields.flag("read_only", base.readOnly());
        fields.done();
        if (bind == null) {
            return new AdminConfig(null, hosts, tokens, tls, readOnly);
        }
        boolean open = !bind.isLoopback();
        if (open && fields.items("tokens").isEmpty()) {
            problems.error(
                    fields.valuePlace("bind"), "admin.bind " + bind + " is not loopback: admin.tokens must be given");
        }
        if (open && (!fields.has("tls") || fields.isNone("tls"))) {
            problems.error(
                    fields.valuePlace("bind"), "admin.bind " + bind + " is not loopback: admin.tls must be given");
        }
        boolean valid = !open || (!tokens.isEmpty() && tls != null);
        return valid ? new AdminConfig(bind, hosts, tokens, tls, readOnly) : base;
    }

    private @Nullable HostPort bind(Fields fields) {
        HostPort base = AdminConfig.DEFAULT.bind();
        if (fields.isNone("bind")) {
            return null;
        }
        HostPort bind = fields.parsed(fields.scalar("bind"), fields.path("bind"), HostPort::parseBind);
        if (bind == null) {
            return base;
        }
        binds.add(bind, "admin", fields.valuePlace("bind"));
        return bind;
    }

    private static String allowedHost(String text) {
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (host.indexOf('/') >= 0 || (host.indexOf(':') >= 0 && host.length() == text.length())) {
            throw new IllegalArgumentException(
                    '"' + text + "\" must be a host alone, such as localhost or \"[::1]\", without scheme or port");
        }
        String normal = HostPort.normalizeHost(host);
        return host.length() == text.length() ? normal : "[" + normal + "]";
    }

    private List<Token> tokens(Fields admin) {
        List<Token> tokens = new ArrayList<>();
        Map<String, Place> seen = new HashMap<>();
        int index = 0;
        for (Item item : admin.items("tokens")) {
            Fields fields = admin.fields(item, "admin.tokens[" + index++ + "]", item.place());
            Token token = fields == null ? null : token(fields);
            if (token == null) {
                continue;
            }
            Place first = seen.putIfAbsent(token.name(), item.place());
            if (first == null) {
                tokens.add(token);
            } else {
                problems.error(item.place(), "admin.tokens has \"" + token.name() + "\" twice, first at " + first);
            }
        }
        return tokens;
    }

    private @Nullable Token token(Fields fields) {
        List.of("name", "role", "sha256").forEach(fields::require);
        Item.Scalar name = fields.scalar("name");
        Role role = fields.choice("role", Role.class, Role.VIEWER);
        Item.Scalar sha256 = fields.scalar("sha256");
        fields.done();
        if (name == null || sha256 == null) {
            return null;
        }
        if (name.text().isBlank()) {
            problems.error(name.place(), fields.path("name") + " must not be empty");
            return null;
        }
        if (!Token.isSha256(sha256.text())) {
            problems.error(
                    sha256.place(),
                    fields.path("sha256") + " must be the SHA-256 of the token, 64 hexadecimal digits"
                            + (OF_SHA256SUM.matcher(sha256.text()).matches()
                                    ? ", without the \"  -\" that sha256sum adds: cut -d ' ' -f 1"
                                    : " (not shown here)"));
            return null;
        }
        return new Token(name.text(), role, sha256.text());
    }

    private static @Nullable Tls tls(Fields admin) {
        if (!admin.has("tls") || admin.isNone("tls")) {
            return null;
        }
        Fields fields = admin.fields("tls");
        if (fields == null) {
            return null;
        }
        fields.require("cert");
        fields.require("key");
        Path cert = FileSettings.usable(fields, "cert", Pem::certificates);
        Path key = FileSettings.usable(fields, "key", Pem::key);
        fields.done();
        if (cert == null || key == null) {
            return null;
        }
        Tls tls = new Tls(cert, key);
        return FileSettings.isGood(fields, "key", () -> Pem.context(tls)) ? tls : null;
    }
}
