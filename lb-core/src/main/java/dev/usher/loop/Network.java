package dev.usher.loop;

import dev.usher.config.Transport;
import dev.usher.epoll.EpollProvider;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;

/**
 * A transport that this system has. Nothing above knows which.
 *
 * @param transport never {@link Transport#AUTO}
 * @param why the reason that a faster transport is not possible; empty if there is none
 */
public record Network(Transport transport, SelectorProvider provider, String why) {
    /**
     * Opens the transport that a configuration asks for.
     *
     * @throws IOException if the system does not allow that; the message says why, and what to write
     */
    public static Network of(Transport wanted) throws IOException {
        if (wanted == Transport.NIO) {
            return nio("");
        }
        try {
            return new Network(Transport.EPOLL, new EpollProvider(), "");
        } catch (UnsupportedOperationException refused) {
            if (wanted == Transport.EPOLL) {
                throw new IOException(
                        "transport: epoll is not possible: " + refused.getMessage() + "; write transport: auto",
                        refused);
            }
            return nio("epoll is not possible: " + refused.getMessage());
        }
    }

    /** The fastest that this system has. */
    public static Network fastest() {
        try {
            return of(Transport.AUTO);
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static Network nio(String why) {
        return new Network(Transport.NIO, SelectorProvider.provider(), why);
    }

    /** The transport of a provider. */
    public static Transport transportOf(SelectorProvider provider) {
        return provider instanceof EpollProvider ? Transport.EPOLL : Transport.NIO;
    }
}
