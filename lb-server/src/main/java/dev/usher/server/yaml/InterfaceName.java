package dev.usher.server.yaml;

import dev.usher.config.HostPort;
import dev.usher.config.IpAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** An interface of this machine in the place of an address to listen on. No name is looked up. */
final class InterfaceName {
    private InterfaceName() {}

    /** The fault of an address to listen on; null for any other address. */
    static @Nullable String fault(HostPort bind) {
        NetworkInterface named = bind.host().isEmpty() || bind.isIpLiteral() ? null : named(bind.host());
        if (named == null || new ThisMachine().hasHost(bind.host())) {
            return null;
        }
        return bind.host() + " is an interface of this machine, and addresses are wanted: write "
                + named.inetAddresses()
                        .filter(address -> !address.isLinkLocalAddress())
                        .min(Comparator.comparing(address -> !(address instanceof Inet4Address)))
                        .map(address -> text(address, bind.port()))
                        .orElse("host:" + bind.port());
    }

    private static String text(InetAddress address, int port) {
        return new HostPort(IpAddress.text(address.getAddress()), port).toString();
    }

    private static @Nullable NetworkInterface named(String name) {
        try {
            return NetworkInterface.getByName(name);
        } catch (SocketException _) {
            return null; // the start tells of a name that is no host
        }
    }
}
