package dev.usher.config;

import java.util.List;

/**
 * The settings of a listener whose clients ask for a host and a port.
 *
 * @param allow sources that may come in; empty allows every source
 * @param sni the server names of a ClientHello on port 443
 */
public record ForwardProxy(List<Cidr> allow, Sni sni) {
    /** The server name that a client may send to port 443 of the host that it asked for. */
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

    public static final ForwardProxy DEFAULT = new ForwardProxy(List.of(), Sni.MUST_MATCH);

    public ForwardProxy {
        allow = Check.distinct(allow, "allow");
        Check.present(sni, "sni");
    }

    public ForwardProxy withAllow(List<Cidr> allow) {
        return new ForwardProxy(allow, sni);
    }

    public ForwardProxy withSni(Sni sni) {
        return new ForwardProxy(allow, sni);
    }
}
