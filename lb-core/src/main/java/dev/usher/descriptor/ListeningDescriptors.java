package dev.usher.descriptor;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The listening sockets of this process, for a successor. Linux alone. */
public final class ListeningDescriptors {
    private ListeningDescriptors() {}

    /**
     * A descriptor for each listening socket with a given address; duplicates of a socket count once. A descriptor
     * is good until the owner closes the socket, so the receiver must look at the socket again.
     *
     * @throws IOException if the system does not list descriptors
     */
    public static Map<Integer, SocketAddress> of(Set<? extends SocketAddress> addresses) throws IOException {
        Map<Integer, SocketAddress> found = new LinkedHashMap<>();
        Set<Path> sockets = new HashSet<>();
        for (int descriptor : SocketCalls.descriptors()) {
            if (!SocketCalls.listens(descriptor)) {
                continue;
            }
            SocketAddress address = SocketCalls.address(descriptor);
            if (address != null && addresses.contains(address) && sockets.add(socket(descriptor))) {
                found.put(descriptor, address);
            }
        }
        return found;
    }

    /** A name of the socket, the same for duplicates: {@code socket:[inode]}. */
    private static Path socket(int descriptor) throws IOException {
        return Files.readSymbolicLink(Path.of("/proc/self/fd", "" + descriptor));
    }
}
