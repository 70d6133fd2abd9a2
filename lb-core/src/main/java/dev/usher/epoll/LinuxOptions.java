package dev.usher.epoll;

import java.net.SocketOption;

/** Options that the JDK's channels do not have: there, setting one throws {@link UnsupportedOperationException}. */
public final class LinuxOptions {
    /** {@code IP_FREEBIND}: a bind may name an address that this machine does not have yet. */
    public static final SocketOption<Boolean> FREEBIND = new Named<>("IP_FREEBIND", Boolean.class);

    /** {@code IP_TRANSPARENT}: a bind may name an address of another machine. Takes {@code CAP_NET_RAW}. */
    public static final SocketOption<Boolean> TRANSPARENT = new Named<>("IP_TRANSPARENT", Boolean.class);

    /** {@code IP_BIND_ADDRESS_NO_PORT}: a bind to port 0 takes no port; the connect does, when the peer is known. */
    public static final SocketOption<Boolean> PORT_AT_CONNECT = new Named<>("IP_BIND_ADDRESS_NO_PORT", Boolean.class);

    /** {@code TCP_USER_TIMEOUT}, in milliseconds: the longest wait for an acknowledgement; 0 leaves it to the system. */
    public static final SocketOption<Integer> TCP_USER_TIMEOUT = new Named<>("TCP_USER_TIMEOUT", Integer.class);

    /** {@code TCP_DEFER_ACCEPT}, in seconds: a connection without a byte is not accepted before; 0 turns it off. */
    public static final SocketOption<Integer> TCP_DEFER_ACCEPT = new Named<>("TCP_DEFER_ACCEPT", Integer.class);

    private record Named<T>(String name, Class<T> type) implements SocketOption<T> {}

    private LinuxOptions() {}
}
