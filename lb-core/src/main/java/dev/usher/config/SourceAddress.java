package dev.usher.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * The address of this machine that connections to backends leave from.
 *
 * @param local with port 0: the system chooses a port
 */
public record SourceAddress(InetSocketAddress local) {
    public SourceAddress {
        Check.that(!local.isUnresolved() && local.getPort() == 0, "must be an address without a port");
        Check.that(
                !local.getAddress().isAnyLocalAddress(),
                "must be a single address of this machine; leave the key out to let the system choose");
        Check.that(!local.getAddress().isMulticastAddress(), "must be an address of this machine, not of a group");
    }

    /** Reads {@code 10.0.0.5} or {@code 2001:db8::5}, with or without brackets. */
    public static SourceAddress parse(String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        byte[] address = IpAddress.parse(bracketed ? text.substring(1, text.length() - 1) : text);
        if (address == null) {
            throw new IllegalArgumentException('"' + text + "\" is not an address as 10.0.0.5 or 2001:db8::5"
                    + (text.matches(".*[\\d\\]]:\\d+") ? ": write it without the port" : ""));
        }
        try {
            return new SourceAddress(new InetSocketAddress(InetAddress.getByAddress(address), 0));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("an address has 4 or 16 bytes", impossible);
        }
    }

    public boolean isIpv4() {
        return local.getAddress() instanceof Inet4Address;
    }

    /** Whether connections from here can reach {@code address}: both are of one family. */
    public boolean reaches(InetAddress address) {
        return isIpv4() == address instanceof Inet4Address;
    }

    /** Text that {@link #parse} can read. */
    @Override
    public String toString() {
        return IpAddress.text(local.getAddress().getAddress());
    }
}
