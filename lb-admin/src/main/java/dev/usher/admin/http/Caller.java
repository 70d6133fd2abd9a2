package dev.usher.admin.http;

import dev.usher.config.AdminConfig.Role;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Caller of a request.
 *
 * @param name of the token; null where no token is needed
 * @param role of the token; {@link Role#ADMIN} where no token is needed
 * @param address of the client, in digits; the user, if the request came over the control socket
 * @param local whether the request came over the control socket
 */
public record Caller(@Nullable String name, Role role, String address, boolean local) {
    private static final AttachmentKey<Caller> KEY = AttachmentKey.create(Caller.class);

    /** A caller over HTTP. */
    public Caller(@Nullable String name, Role role, String address) {
        this(name, role, address, false);
    }

    /**
     * A caller over the control socket.
     *
     * @param user as {@code uid 1000 (anna)}
     */
    public static Caller local(Role role, String user) {
        return new Caller(null, role, user, true);
    }

    /** The caller of this request; present after {@link Authentication} only. */
    public static Caller of(HttpServerExchange exchange) {
        return Objects.requireNonNull(exchange.getAttachment(KEY), "after the authentication");
    }

    void attachTo(HttpServerExchange exchange) {
        exchange.putAttachment(KEY, this);
    }

    /** Text for the event log: {@code ops from 127.0.0.1}, or the address alone. */
    public String text() {
        return name == null ? address : name + " from " + address;
    }

    static String address(HttpServerExchange exchange) {
        return exchange.getSourceAddress().getAddress().getHostAddress();
    }
}
