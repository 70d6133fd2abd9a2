package dev.usher.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a listener whose clients ask for a host and a port.
 *
 * @param allow sources that may come in; empty allows every source
 * @param users clients must be one of these; null lets every client in
 * @param sni the server names of a ClientHello on port 443
 */
public record ForwardProxy(List<Cidr> allow, @Nullable UserFile users, Sni sni) {
    /** The server name of a client's hello at port 443 of the requested host. */
    public enum Sni {
        /** The name of the host alone; no name for a host that is an address. */
        MUST_MATCH,
        /** Any name or none. */
        IGNORE;

        /** Reads {@code must-match}, also with an underscore, or {@code ignore}. */
        public static Sni of(String text) {
            return switch (text) {
                case "must-match", "must_match" -> MUST_MATCH;
                case "ignore" -> IGNORE;
                default -> throw new IllegalArgumentException('"' + text + "\" must be must-match or ignore");
            };
        }
    }

    public static final ForwardProxy DEFAULT = new ForwardProxy(List.of(), null, Sni.MUST_MATCH);

    public ForwardProxy {
        allow = Check.distinct(allow, "allow");
        Check.present(sni, "sni");
    }

    public ForwardProxy withAllow(List<Cidr> allow) {
        return new ForwardProxy(allow, users, sni);
    }

    public ForwardProxy withUsers(UserFile users) {
        return new ForwardProxy(allow, users, sni);
    }

    /**
     * Whether a client may come in; a client without an address only where every client may.
     *
     * @param client the bytes of the client's address; null without an address
     */
    public boolean admits(byte @Nullable [] client) {
        if (allow.isEmpty() || client == null) {
            return allow.isEmpty();
        }
        return allow.stream().anyMatch(block -> block.contains(client));
    }

    public ForwardProxy withSni(Sni sni) {
        return new ForwardProxy(allow, users, sni);
    }
}
