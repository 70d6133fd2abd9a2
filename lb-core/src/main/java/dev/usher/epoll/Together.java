package dev.usher.epoll;

/**
 * Which outputs go to the kernel together. An entry for several costs less than calls, and an answer costs an event more:
 * this pays for sockets that open and close, and not for the bytes of long streams.
 *
 * @param fewest outputs of a turn; fewer are plain calls
 * @param sends of a socket, its first ones; later sends are plain calls
 */
record Together(int fewest, int sends) {
    /** What pays: four sends are a handshake of TLS and the first answer. */
    static final Together PAYING = new Together(4, 4);

    /** Each output, for tests. */
    static final Together ALL = new Together(1, Integer.MAX_VALUE);
}
