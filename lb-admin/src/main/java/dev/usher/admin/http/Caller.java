package dev.usher.admin.http;

import dev.usher.config.AdminConfig.Role;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param name of the token; null where none is needed
 * @param role what the token may do; where none is needed, all
 * @param address of the client, in digits; the user, for one who asks by the control socket
 * @param local whether it asks by the control socket
 */
public record Caller(@Nullable String name, Role role, String address, boolean local) {
    private static final AttachmentKey<Caller> KEY = AttachmentKey.create(Caller.class);

    /** One who asks by HTTP. */
    public Caller(@Nullable String name, Role role, String address) {
        this(name, role, address, false);
    }

    /**
     * One who asks by the control socket.
     *
     * @param user as {@code uid 1000 (anna)}
     */
    public static Caller local(Role role, String user) {
        return new Caller(null, role, user, true);
    }

    /** Who makes this request; there is one behind {@link Authentication}. */
    public static Caller of(HttpServerExchange exchange) {
        return Objects.requireNonNull(exchange.getAttachment(KEY), "behind the authentication");
    }

    void attachTo(HttpServerExchange exchange) {
        exchange.putAttachment(KEY, this);
    }

    /** As {@code ops from 127.0.0.1}, or the address alone: for the event log. */
    public String text() {
        return name == null ? address : name + " from " + address;
    }

    static String address(HttpServerExchange exchange) {
        return exchange.getSourceAddress().getAddress().getHostAddress();
    }
}
