package dev.usher.server;

import java.io.IOException;

/** Reason why usher could not listen, with the remedy. */
final class StartFault {
    private StartFault() {}

    static String text(IOException fault) {
        String message = String.valueOf(fault.getMessage());
        if (message.contains("Permission denied")) {
            return message + " (ports below 1024 need CAP_NET_BIND_SERVICE:"
                    + " AmbientCapabilities=CAP_NET_BIND_SERVICE in a unit, --cap-add=NET_BIND_SERVICE in a container;"
                    + " or sysctl net.ipv4.ip_unprivileged_port_start=443)";
        }
        if (message.contains("Cannot assign requested address")) {
            return message + " (no interface of this machine has that address: ip addr)";
        }
        return message;
    }
}
