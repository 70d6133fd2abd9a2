package dev.usher.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The address of this machine that connections to backends leave from.
 *
 * @param text canonical, IPv6 without brackets
 */
public record SourceAddress(String text) {
    public SourceAddress {
        byte[] address = bytes(text);
        Check.that(
                !isWildcard(address),
                "must be a single address of this machine; leave the key out to let the system choose");
        text = IpAddress.text(address);
    }

    /** Reads {@code 10.0.0.5} or {@code 2001:db8::5}, with or without brackets. */
    public static SourceAddress parse(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        return new SourceAddress(bracketed ? text.substring(1, text.length() - 1) : text);
    }

    private static byte[] bytes(String text) {
        byte[] address = IpAddress.parse(text);
        if (address == null) {
            throw new IllegalArgumentException('"' + text + "\" is not an address as 10.0.0.5 or 2001:db8::5"
                    + (text.matches(".*[\\d\\]]:\\d+") ? ": write it without the port" : ""));
        }
        return address;
    }

    private static boolean isWildcard(byte[] address) {
        for (byte part : address) {
            if (part != 0) {
                return false;
            }
        }
        return true;
    }

    public boolean isIpv4() {
        return bytes(text).length == 4;
    }

    /** The fault of a pool with these backends and this source; null if the source can reach each literal address. */
    public @Nullable String unreached(List<BackendConfig> backends) {
        for (BackendConfig backend : backends) {
            if (!(backend.address() instanceof HostPort tcp)) {
                return "source is an IP address, and connections to " + backend.address() + " have none";
            }
            byte[] ip = tcp.ip();
            if (ip != null && isIpv4() != (ip.length == 4)) {
                return "source " + this + " cannot reach " + backend.address() + ": one is IPv4, the other IPv6";
            }
        }
        return null;
    }

    /** Text that {@link #parse} can read. */
    @Override
    public String toString() {
        return text;
    }
}
