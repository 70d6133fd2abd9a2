package dev.usher.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Options of a listener's TCP sockets, which {@link Transport#EPOLL} alone has.
 *
 * @param freebind whether an address of {@code bind} may be missing on this machine
 * @param deferAccept whether a connection without a byte waits in the kernel, for {@link #DEFER_SECONDS}
 * @param tcpUserTimeout the longest wait for an acknowledgement of a client; null leaves it to the system
 */
public record ListenOptions(
        boolean freebind, boolean deferAccept, @Nullable Duration tcpUserTimeout) {
    public static final ListenOptions DEFAULT = new ListenOptions(false, false, null);

    /**
     * The kernel's shortest: a client without a byte is told to connect again after a second, and accepted. The time-out
     * of the opening begins then.
     */
    public static final int DEFER_SECONDS = 1;

    public ListenOptions {
        if (tcpUserTimeout != null) {
            TimeoutsConfig.TCP_USER_TIMEOUT.check(tcpUserTimeout, "tcp_user_timeout");
        }
    }

    /** The milliseconds of {@link #tcpUserTimeout} as the kernel takes them; 0 without. */
    public int tcpUserTimeoutMillis() {
        return TimeoutsConfig.tcpUserTimeoutMillis(tcpUserTimeout);
    }

    /** The first key with an effect; null if everything is as usual. */
    public @Nullable String firstKey() {
        if (freebind) {
            return "freebind";
        }
        if (deferAccept) {
            return "defer_accept";
        }
        return tcpUserTimeout == null ? null : "tcp_user_timeout";
    }
}
