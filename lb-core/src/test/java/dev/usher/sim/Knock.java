package dev.usher.sim;

import java.net.InetSocketAddress;

/**
 * A connect under way.
 *
 * @param begunNanos when it began
 * @param answer what comes of it
 * @param answeredNanos when it comes; {@link Long#MAX_VALUE} for never
 */
record Knock(InetSocketAddress address, long begunNanos, Answer answer, long answeredNanos) {
    enum Answer {
        ACCEPTED,
        REFUSED,
        UNREACHABLE,
        NO_PORT
    }
}
