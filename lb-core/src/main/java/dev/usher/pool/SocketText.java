package dev.usher.pool;

import dev.usher.config.HostPort;
import dev.usher.config.UnixPath;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;

/** Socket addresses in digits or as {@code unix:/path}: labels in logs, metrics and answers. */
public final class SocketText {
    private SocketText() {}

    public static String of(SocketAddress address) {
        return switch (address) {
            case InetSocketAddress tcp ->
                HostPort.of(tcp.getAddress().getAddress(), tcp.getPort()).toString();
            case UnixDomainSocketAddress unix -> UnixPath.SCHEME + unix.getPath();
            default -> address.toString();
        };
    }
}
